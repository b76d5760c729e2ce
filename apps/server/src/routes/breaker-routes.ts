import { GatewayError, targetName } from '@claudette/core';
import type { GatewayHost } from '@claudette/gateway';
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
export function addBreakerRoutes(app: FastifyInstance, host: GatewayHost): void {
  app.get(BASE, { config: { role: 'viewer' } }, async () => ({ breakers: host.current().circuits.states() }));

  const byHand = { config: { role: 'admin', action: 'breakers.set' } } as const;
  app.post<{ Params: { '*': string } }>(`${BASE}/*`, byHand, async (request) => {
    const gateway = host.current();
    const { name, action } = readAddress(request.params['*']);
    const target = gateway.targets().find((one) => targetName(one) === name);
    if (target === undefined) throw new GatewayError('model_not_found', name);
    if (action === 'open') gateway.circuits.open(target, 'opened by hand');
    else gateway.circuits[action](name);
    return { breakers: gateway.circuits.states() };
  });
}
