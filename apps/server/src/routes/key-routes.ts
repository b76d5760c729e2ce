import { GatewayError } from '@claudette/core';
import { decodeNewKey, decodeRotation } from '@claudette/gateway';
import type { GatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

const BASE = '/api/admin/keys';
const noBody = Buffer.alloc(0);

const bodyOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : noBody);

const notFound = (id: string): GatewayError =>
  new GatewayError('route_not_found', `${BASE}/${id}: there is no such key`);

/** The keys of this gateway's clients. A key is shown once, to whoever made it. */
export function addKeyRoutes(app: FastifyInstance, host: GatewayHost): void {
  app.get(BASE, { config: { role: 'viewer' } }, async () => ({ keys: host.current().keys.list() }));

  app.post(BASE, { config: { role: 'admin', action: 'keys.create' } }, async (request, reply) => {
    const gateway = host.current();
    const asked = decodeNewKey(bodyOf(request.body));
    request.subject = asked.name;
    gateway.checkKeyModels(asked.models);
    const created = gateway.keys.create(asked);
    request.subject = created.id;
    return reply.code(201).header('cache-control', 'no-store').send(created);
  });

  app.delete<{ Params: { id: string } }>(
    `${BASE}/:id`,
    { config: { role: 'admin', action: 'keys.revoke' } },
    async ({ params: { id } }) => {
      const revoked = host.current().keys.revoke(id);
      if (revoked === undefined) throw notFound(id);
      return revoked;
    },
  );

  app.post<{ Params: { id: string } }>(
    `${BASE}/:id/rotate`,
    { config: { role: 'admin', action: 'keys.rotate' } },
    async (request, reply) => {
      const { id } = request.params;
      const rotated = host.current().keys.rotate(id, decodeRotation(bodyOf(request.body)));
      if (rotated === undefined) throw notFound(id);
      return reply.header('cache-control', 'no-store').send(rotated);
    },
  );
}
