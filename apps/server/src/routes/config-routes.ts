import { GatewayError } from '@claudette/core';
import type { GatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import type { ServerProcess } from '../life-cycle/server-process.js';

const BASE = '/api/admin/config';

/** The configuration in effect, and reading it anew. */
export function addConfigRoutes(
  app: FastifyInstance,
  host: GatewayHost,
  { reload }: Pick<ServerProcess, 'reload'>,
): void {
  app.get(BASE, { config: { role: 'viewer' } }, async () => host.describe());

  app.post(`${BASE}/reload`, { config: { role: 'admin', action: 'config.reload' } }, async (_request, reply) => {
    const report = await reload();
    if (report.result === 'applied') {
      return { changed: report.changed, restartNeeded: report.restartNeeded };
    }
    const { message } = new GatewayError('configuration_invalid', report.reason);
    return reply.code(400).send({ error: { code: 'configuration_invalid', message }, problems: report.problems });
  });
}
