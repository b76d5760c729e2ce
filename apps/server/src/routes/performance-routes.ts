import type { GatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

const BASE = '/api/performance';

/** What the process uses, and the hand on it. Of several processes it is the one that answers. */
export function addPerformanceRoutes(app: FastifyInstance, host: GatewayHost): void {
  app.get(`${BASE}/lazy-loader/status`, { config: { role: 'viewer' } }, async () => ({
    parts: host.current().status().lazyParts,
  }));

  app.get(`${BASE}/memory/stats`, { config: { role: 'viewer' } }, async () => host.current().status().memory);

  const byHand = { config: { role: 'admin', action: 'memory.collect' } } as const;
  app.post(`${BASE}/memory/gc`, byHand, async () => host.current().collectGarbage());
}
