import { GatewayError } from '@claudette/core';
import type { Gateway } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { dialectOf } from '../dialect-of.js';

/** What can be asked for, in the shape of the caller's dialect. */
export function addModelRoutes(app: FastifyInstance, gateway: Gateway): void {
  for (const path of ['/v1/models', '/v1beta/models']) {
    app.get<{ Querystring: Record<string, string> }>(path, async (request, reply) => {
      gateway.authenticate(request.headers);
      const dialect = dialectOf(request.url, request.headers);
      return reply.type('application/json').send(gateway.encodeModels(dialect, request.query));
    });

    // A wildcard, because model ids may contain slashes.
    app.get<{ Params: { '*': string } }>(`${path}/*`, async (request, reply) => {
      gateway.authenticate(request.headers);
      const id = request.params['*'];
      const model = gateway.encodeModel(dialectOf(request.url, request.headers), id);
      if (model === undefined) throw new GatewayError('model_not_found', id);
      return reply.type('application/json').send(model);
    });
  }
}
