import type { ServerResponse } from 'node:http';

import { createCallController, GatewayError } from '@claudette/core';
import type { CallController } from '@claudette/core';

/** Aborts when the client leaves before its answer is written, so that the upstream call ends too. */
export function controllerFor(response: ServerResponse): CallController {
  const controller = createCallController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new GatewayError('client_aborted', 'the connection closed'));
  });
  return controller;
}
