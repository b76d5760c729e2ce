import { GatewayError } from '@claudette/core';
import { decodeWarmOptions, parseEntryFilter, parseListQuery } from '@claudette/gateway';
import type { CacheAdmin, GatewayHost, QueryParameters } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

const BASE = '/api/admin/cache';
const noBody = Buffer.alloc(0);

/** The stored answers and the hand on them: how many, which, away with them, and into memory. Nobody's words are shown. */
export function addCacheRoutes(app: FastifyInstance, host: GatewayHost): void {
  const current = (): CacheAdmin => {
    const { cache } = host.current();
    if (cache !== undefined) return cache;
    throw new GatewayError('route_not_found', `${BASE}: the cache is switched off`);
  };

  app.get(BASE, { config: { role: 'viewer' } }, async () => {
    const admin = current();
    return { stats: admin.stats(), entries: await admin.count() };
  });

  app.get<{ Querystring: QueryParameters }>(`${BASE}/entries`, { config: { role: 'viewer' } }, async (request) =>
    current().list(parseListQuery(request.query)),
  );

  app.delete<{ Querystring: QueryParameters }>(
    BASE,
    { config: { role: 'admin', action: 'cache.clear' } },
    async (request) => {
      const cache = current();
      const filter = parseEntryFilter(request.query);
      return filter === undefined ? cache.clear() : cache.remove(filter);
    },
  );

  app.post(`${BASE}/warm`, { config: { role: 'admin', action: 'cache.warm' } }, async (request, reply) => {
    const admin = current();
    const options = decodeWarmOptions(Buffer.isBuffer(request.body) ? request.body : noBody);
    const { raw } = reply;
    const tell = (line: object): void => {
      if (!reply.sent) reply.hijack();
      if (!raw.headersSent) raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
      raw.write(`${JSON.stringify(line)}\n`);
    };
    const report = await admin.warm(options, (progress) => tell({ progress }));
    tell({ report });
    raw.end();
  });
}
