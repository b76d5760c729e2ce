import { decodeQuestion } from '@claudette/gateway';
import type { Gateway } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { controllerFor } from '../client-controller.js';

const noBody = Buffer.alloc(0);

/** The native call: a prompt in, an answer with its cost and origin out. */
export function addNativeRoutes(app: FastifyInstance, gateway: Gateway): void {
  app.post('/api/optimize', async (request, reply) => {
    const principal = gateway.authenticate(request.headers);
    const question = decodeQuestion(Buffer.isBuffer(request.body) ? request.body : noBody);
    const answer = await gateway.ask({ ...question, principal, controller: controllerFor(reply.raw) });
    return reply.header('x-claudette-id', answer.id).send(answer);
  });
}
