import type { DialectId } from '@claudette/core';
import { dialectIds, GatewayError } from '@claudette/core';
import type { GatewayHost } from '@claudette/gateway';
import { inferDialect } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { controllerFor } from '../client-controller.js';
import { callerOf } from '../route-roles.js';

const byClients = { config: { role: 'client' } } as const;
const noBody = Buffer.alloc(0);
const MOST_EXCHANGES = 1_000;

interface PlanQuery {
  readonly dialect?: string;
  /** Gemini's requests name neither, because their address does. */
  readonly model?: string;
  readonly stream?: string;
}

const readDialect = (value: string | undefined): DialectId | undefined => {
  if (value === undefined) return undefined;
  const dialect = dialectIds.find((id) => id === value);
  if (dialect !== undefined) return dialect;
  throw new GatewayError('invalid_request', `dialect must be one of ${dialectIds.join(', ')}, but is "${value}"`);
};

const readLimit = (value: string | undefined): number => {
  const limit = Number(value ?? 50);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_EXCHANGES) return limit;
  throw new GatewayError('invalid_request', `limit must be a whole number from 1 to ${MOST_EXCHANGES}`);
};

/** Why what happened happened, and what would happen. */
export function addExplainRoutes(app: FastifyInstance, host: GatewayHost): void {
  app.post<{ Querystring: PlanQuery }>('/api/plan', byClients, async (request, reply) => {
    const gateway = host.current();
    const principal = callerOf(request);
    const body = Buffer.isBuffer(request.body) ? request.body : noBody;
    const { dialect, model = 'auto', stream } = request.query;
    const spoken = readDialect(dialect) ?? inferDialect(body, request.headers);
    return gateway.plan({
      dialect: spoken,
      operation: 'generate',
      ...(spoken === 'gemini' && { address: { model, stream: stream === 'true' } }),
      body,
      headers: request.headers,
      principal,
      controller: controllerFor(reply.raw),
    });
  });

  app.get<{ Querystring: { limit?: string } }>('/api/exchanges', byClients, async (request) => {
    const gateway = host.current();
    const principal = callerOf(request);
    return { exchanges: gateway.recentDecisions(principal, readLimit(request.query.limit)) };
  });

  app.get<{ Params: { id: string } }>('/api/exchanges/:id', byClients, async (request) => {
    const gateway = host.current();
    const principal = callerOf(request);
    const found = gateway.findDecision(principal, request.params.id);
    if (found === undefined) {
      throw new GatewayError('route_not_found', `/api/exchanges/${request.params.id}: there is no record of it`);
    }
    return found;
  });
}
