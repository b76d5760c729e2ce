import type { ServerResponse } from 'node:http';

import { GatewayError } from '@claudette/core';

/** Aborts when the client leaves before its answer is written, so that the upstream call ends too. */
export function controllerFor(response: ServerResponse): AbortController {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new GatewayError('client_aborted', 'the connection closed'));
  });
  return controller;
}
