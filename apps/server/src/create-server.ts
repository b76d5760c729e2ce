import type { Server } from 'node:http';

import fastifyCors from '@fastify/cors';
import fastifyHelmet from '@fastify/helmet';
import { GatewayError, toGatewayError } from '@claudette/core';
import type { Config, GatewayHost } from '@claudette/gateway';
import fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';

import { dialectOf } from './dialect-of.js';
import { boundBodies } from './hardening/bound-bodies.js';
import { createClientErrorHandler } from './hardening/client-errors.js';
import { corsOptions, passOnHeaders } from './hardening/cors.js';
import { createHttpServer } from './hardening/create-http-server.js';
import { createPageCheck } from './hardening/page-check.js';
import { helmetOptions } from './hardening/security-headers.js';
import { boundUnreadBody } from './hardening/unread-body.js';
import { requireRoles } from './route-roles.js';
import { addAuditRoutes } from './routes/audit-routes.js';
import { addBreakerRoutes } from './routes/breaker-routes.js';
import { addCacheRoutes } from './routes/cache-routes.js';
import { addConfigRoutes } from './routes/config-routes.js';
import { addDialectRoutes } from './routes/dialect-routes.js';
import { addExplainRoutes } from './routes/explain-routes.js';
import { addKeyRoutes } from './routes/key-routes.js';
import { onlyProcess } from './life-cycle/server-process.js';
import type { ServerProcess } from './life-cycle/server-process.js';
import { addModelRoutes } from './routes/model-routes.js';
import { addNativeRoutes } from './routes/native-routes.js';
import { addOperationRoutes } from './routes/operation-routes.js';
import { addPerformanceRoutes } from './routes/performance-routes.js';
import { sendAnswer } from './send-answer.js';

const isFastifyError = (thrown: unknown): thrown is FastifyError =>
  thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('FST_');

/** Whom fastify believes what X-Forwarded-For says; nobody is `false`, which costs nothing. */
function toTrust(trustProxy: Config['server']['trustProxy']): NonNullable<FastifyServerOptions['trustProxy']> {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return trustProxy.length > 0 && [...trustProxy];
}

/** Any thrown value as an error that a client may see. What fastify itself refuses is the caller's doing. */
function toClientError(thrown: unknown, bodyLimitBytes: number): GatewayError {
  if (!isFastifyError(thrown)) return toGatewayError(thrown);
  if (thrown.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return new GatewayError('invalid_request', thrown.message);
  return new GatewayError('body_too_large', `${bodyLimitBytes} bytes`, { cause: thrown });
}

/**
 * The HTTP face of a gateway: routes, limits, and errors in the caller's dialect. Does not listen yet, and does not own
 * the host.
 * @throws GatewayError `configuration_invalid` when the certificate of `server.tls` cannot be used
 */
export function createServer(host: GatewayHost, server: ServerProcess = onlyProcess(host)): FastifyInstance {
  const { server: config } = host.current().config;
  const { bodyLimitBytes, maxHeldBodyBytes, corsOrigins, trustProxy, tls } = config;
  const tellError = async (thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack();
    const dialect = dialectOf(request.url, request.headers);
    await sendAnswer(reply.raw, host.current().refuse(dialect, toClientError(thrown, bodyLimitBytes)));
    boundUnreadBody(request.raw);
  };
  const clientErrors = createClientErrorHandler(host);
  const app = fastify<Server>({
    bodyLimit: bodyLimitBytes,
    logger: false,
    // Only so that Fastify knows how it is called; the server is made below.
    ...(tls !== null && { https: {} }),
    trustProxy: toTrust(trustProxy),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (thrown, request, reply) => void tellError(thrown, request, reply),
    clientErrorHandler: clientErrors.handle,
    serverFactory: (handler) => {
      const server = createHttpServer(handler, config);
      clientErrors.follow(server);
      return server;
    },
  });

  // Bodies stay bytes: what the client sent may go upstream as it came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.setErrorHandler(tellError);
  app.setNotFoundHandler(async (request) => {
    throw new GatewayError('route_not_found', `${request.method} ${request.url.split('?')[0] ?? ''}`);
  });

  if (corsOrigins.length > 0) {
    app.register(fastifyCors, corsOptions(corsOrigins));
    app.addHook('onRequest', passOnHeaders);
  }
  const checkPage = createPageCheck(corsOrigins);
  app.addHook('onRequest', (request, _reply, done) => {
    if (host.current().config.auth.mode === 'open') checkPage(request.headers);
    done();
  });

  requireRoles(app, host);
  boundBodies(app, maxHeldBodyBytes);
  addDialectRoutes(app, host);
  // Answers that fastify writes. Those above write the same headers themselves, at a tenth of the price.
  app.register(async (scope) => {
    await scope.register(fastifyHelmet, helmetOptions(tls !== null));
    addModelRoutes(scope, host);
    addNativeRoutes(scope, host);
    addExplainRoutes(scope, host);
    addBreakerRoutes(scope, host);
    addCacheRoutes(scope, host);
    addConfigRoutes(scope, host, server);
    addKeyRoutes(scope, host);
    addAuditRoutes(scope, host);
    addOperationRoutes(scope, host, server);
    addPerformanceRoutes(scope, host);
  });
  return app;
}
