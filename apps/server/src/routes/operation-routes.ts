import { GatewayError } from '@claudette/core';
import type { GatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import type { ServerProcess } from '../life-cycle/server-process.js';

/** What operators and orchestrators ask. */
export function addOperationRoutes(
  app: FastifyInstance,
  host: GatewayHost,
  { isLeaving, worker, metricsText }: ServerProcess,
): void {
  app.get('/health', { config: { role: 'public' } }, async () => ({ status: 'ok' }));

  app.get('/ready', { config: { role: 'public' } }, async (_request, reply) => {
    const { ready, parts } = await host.current().ready();
    const leaving = { part: 'process', ok: false, reason: 'it is about to stop, and takes requests until then' };
    const readiness = isLeaving() ? { ready: false, parts: [leaving, ...parts] } : { ready, parts };
    return reply.code(readiness.ready ? 200 : 503).send({ ...readiness, ...(worker && { worker: worker.id }) });
  });

  app.get('/metrics', { config: { role: 'viewer', openOnLoopback: true } }, async (_request, reply) => {
    const gateway = host.current();
    if (!gateway.config.metrics.enabled) throw new GatewayError('route_not_found', 'GET /metrics: it is switched off');
    const { contentType, text } = await metricsText();
    return reply.type(contentType).send(text);
  });

  app.get('/api/status', { config: { role: 'viewer' } }, async () => ({
    ...host.current().status(),
    ...(worker && { worker }),
  }));
}
