import type { DialectId, Operation } from '@claudette/core';
import type { ClientRequest, GatewayHost } from '@claudette/gateway';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { controllerFor } from '../client-controller.js';
import { callerOf } from '../route-roles.js';
import { sendAnswer } from '../send-answer.js';
import { readGeminiPath } from './gemini-path.js';

const routes: Readonly<Record<string, readonly [DialectId, Operation]>> = {
  '/v1/chat/completions': ['openai-chat', 'generate'],
  '/v1/responses': ['openai-responses', 'generate'],
  '/v1/messages': ['anthropic-messages', 'generate'],
  '/v1/messages/count_tokens': ['anthropic-messages', 'count'],
  '/v1/embeddings': ['openai-chat', 'embed'],
};

/** Where Gemini's clients put the model and the verb. */
const geminiRoutes = ['/v1beta/models/*', '/v1/models/*'];

const byClients = { config: { role: 'client' } } as const;

const noBody = Buffer.alloc(0);

/** The APIs that clients already speak. */
export function addDialectRoutes(app: FastifyInstance, host: GatewayHost): void {
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Pick<ClientRequest, 'dialect' | 'operation' | 'address' | 'framing'>,
  ): Promise<void> => {
    const gateway = host.current();
    reply.hijack();
    const controller = controllerFor(reply.raw);
    const body = Buffer.isBuffer(request.body) ? request.body : noBody;
    await sendAnswer(
      reply.raw,
      await gateway.answer({ body, headers: request.headers, principal: callerOf(request), controller, ...asked }),
    );
  };

  for (const [path, [dialect, operation]] of Object.entries(routes)) {
    const asked = { dialect, operation };
    app.post(path, byClients, (request, reply) => answer(request, reply, asked));
  }
  for (const path of geminiRoutes) {
    app.post<{ Params: { '*': string }; Querystring: { alt?: string } }>(path, byClients, async (request, reply) =>
      answer(request, reply, readGeminiPath(request.params['*'], request.query.alt)),
    );
  }

  // Claude Code asks whether anybody is there.
  app.head('/api/hello', { config: { role: 'public' } }, async (_request, reply) => reply.code(200).send());
}
