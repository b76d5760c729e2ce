import { GatewayError, targetName } from '@claudette/core';
import type { Gateway } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

const BASE = '/api/admin/breakers';
const actions = ['open', 'close', 'reset'] as const;

/** Splits `backend/model/action`: the model may contain slashes. */
function readAddress(path: string): { readonly name: string; readonly action: (typeof actions)[number] } {
  const slash = path.lastIndexOf('/');
  const action = actions.find((one) => one === path.slice(slash + 1));
  if (slash > 0 && action !== undefined) return { name: path.slice(0, slash), action };
  throw new GatewayError('route_not_found', `POST ${BASE}/${path}; it ends with one of ${actions.join(', ')}`);
}

/** The circuits of all targets, and the hand on them. */
export function addBreakerRoutes(app: FastifyInstance, gateway: Gateway): void {
  app.get(BASE, async (request) => {
    gateway.authenticate(request.headers);
    return { breakers: gateway.circuits.states() };
  });

  app.post<{ Params: { '*': string } }>(`${BASE}/*`, async (request) => {
    gateway.authenticate(request.headers);
    // Gateway keys have no roles, and a key that may ask a model may not cut off everybody else.
    if (gateway.config.auth.mode !== 'open') {
      throw new GatewayError('unauthenticated', 'circuits are changed by hand in open mode only, on the same machine');
    }
    const { name, action } = readAddress(request.params['*']);
    const target = gateway.targets().find((one) => targetName(one) === name);
    if (target === undefined) throw new GatewayError('model_not_found', name);
    if (action === 'open') gateway.circuits.open(target, 'opened by hand');
    else gateway.circuits[action](name);
    return { breakers: gateway.circuits.states() };
  });
}
