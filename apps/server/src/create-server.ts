import { GatewayError, toGatewayError } from '@claudette/core';
import type { Gateway } from '@claudette/gateway';
import fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { dialectOf } from './dialect-of.js';
import { addBreakerRoutes } from './routes/breaker-routes.js';
import { addDialectRoutes } from './routes/dialect-routes.js';
import { addExplainRoutes } from './routes/explain-routes.js';
import { addModelRoutes } from './routes/model-routes.js';
import { addNativeRoutes } from './routes/native-routes.js';
import { addOperationRoutes } from './routes/operation-routes.js';
import { sendAnswer } from './send-answer.js';

const isFastifyError = (thrown: unknown): thrown is FastifyError =>
  thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('FST_');

/** Any thrown value as an error that a client may see. What fastify itself refuses is the caller's doing. */
function toClientError(thrown: unknown, bodyLimitBytes: number): GatewayError {
  if (!isFastifyError(thrown)) return toGatewayError(thrown);
  if (thrown.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return new GatewayError('invalid_request', thrown.message);
  return new GatewayError('body_too_large', `${bodyLimitBytes} bytes`, { cause: thrown });
}

/**
 * The HTTP face of a gateway: routes, and errors in the caller's dialect. Does not listen yet, and does not own the
 * gateway.
 */
export function createServer(gateway: Gateway): FastifyInstance {
  const { bodyLimitBytes } = gateway.config.server;
  const tellError = (thrown: unknown, { url, headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack();
    return sendAnswer(reply.raw, gateway.refuse(dialectOf(url, headers), toClientError(thrown, bodyLimitBytes)));
  };
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    logger: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (thrown, request, reply) => void tellError(thrown, request, reply),
  });

  // Bodies stay bytes: what the client sent may go upstream as it came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.setErrorHandler(tellError);
  app.setNotFoundHandler(async (request) => {
    throw new GatewayError('route_not_found', `${request.method} ${request.url.split('?')[0] ?? ''}`);
  });

  addDialectRoutes(app, gateway);
  addModelRoutes(app, gateway);
  addNativeRoutes(app, gateway);
  addExplainRoutes(app, gateway);
  addBreakerRoutes(app, gateway);
  addOperationRoutes(app, gateway);
  return app;
}
