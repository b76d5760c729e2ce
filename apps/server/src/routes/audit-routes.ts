import { GatewayError } from '@claudette/core';
import type { GatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

const MOST_ENTRIES = 1_000;

const readNumber = (name: string, text: string | undefined, most: number): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new GatewayError('invalid_request', `${name} must be a whole number from 1 to ${most}`);
};

/** What administrators did, newest first, a page at a time: `before` is the `next` of the page before. */
export function addAuditRoutes(app: FastifyInstance, host: GatewayHost): void {
  app.get<{ Querystring: { limit?: string; before?: string } }>(
    '/api/admin/audit',
    { config: { role: 'admin' } },
    async ({ query: { limit, before } }) =>
      host.current().audit.page({
        limit: readNumber('limit', limit, MOST_ENTRIES) ?? 100,
        beforeSequence: readNumber('before', before, Number.MAX_SAFE_INTEGER),
      }),
  );
}
