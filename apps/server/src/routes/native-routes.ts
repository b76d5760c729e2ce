import { decodeQuestion } from '@claudette/gateway';
import type { GatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { controllerFor } from '../client-controller.js';
import { callerOf } from '../route-roles.js';

const noBody = Buffer.alloc(0);

/** The native call: a prompt in, an answer with its cost and origin out. */
export function addNativeRoutes(app: FastifyInstance, host: GatewayHost): void {
  app.post('/api/optimize', { config: { role: 'client' } }, async (request, reply) => {
    const gateway = host.current();
    const principal = callerOf(request);
    const question = decodeQuestion(Buffer.isBuffer(request.body) ? request.body : noBody);
    const answer = await gateway.ask({ ...question, principal, controller: controllerFor(reply.raw) });
    return reply.header('x-claudette-id', answer.id).send(answer);
  });
}
