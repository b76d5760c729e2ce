import { GatewayError } from '@claudette/core';
import type { GatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { dialectOf } from '../dialect-of.js';
import { callerOf } from '../route-roles.js';

const byClients = { config: { role: 'client' } } as const;

/** What can be asked for, in the shape of the caller's dialect. */
export function addModelRoutes(app: FastifyInstance, host: GatewayHost): void {
  for (const path of ['/v1/models', '/v1beta/models']) {
    app.get<{ Querystring: Record<string, string> }>(path, byClients, async (request, reply) => {
      const gateway = host.current();
      const dialect = dialectOf(request.url, request.headers);
      return reply.type('application/json').send(gateway.encodeModels(dialect, request.query, callerOf(request)));
    });

    // A wildcard, because model ids may contain slashes.
    app.get<{ Params: { '*': string } }>(`${path}/*`, byClients, async (request, reply) => {
      const gateway = host.current();
      const id = request.params['*'];
      const model = gateway.encodeModel(dialectOf(request.url, request.headers), id, callerOf(request));
      if (model === undefined) throw new GatewayError('model_not_found', id);
      return reply.type('application/json').send(model);
    });
  }
}
