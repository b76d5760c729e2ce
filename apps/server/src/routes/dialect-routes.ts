import type { DialectId } from '@claudette/core';
import type { Gateway } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { controllerFor } from '../client-controller.js';
import { sendAnswer } from '../send-answer.js';

const routes: Readonly<Record<string, DialectId>> = {
  '/v1/chat/completions': 'openai-chat',
  '/v1/messages': 'anthropic-messages',
};

const noBody = Buffer.alloc(0);

/** The APIs that clients already speak. */
export function addDialectRoutes(app: FastifyInstance, gateway: Gateway): void {
  for (const [path, dialect] of Object.entries(routes)) {
    app.post(path, async (request, reply) => {
      const principal = gateway.authenticate(request.headers);
      reply.hijack();
      const controller = controllerFor(reply.raw);
      const body = Buffer.isBuffer(request.body) ? request.body : noBody;
      await sendAnswer(
        reply.raw,
        await gateway.answer({ dialect, body, headers: request.headers, principal, controller }),
      );
    });
  }
}
