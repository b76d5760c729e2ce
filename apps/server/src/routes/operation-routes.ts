import type { Gateway } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);

/** What operators and orchestrators ask. */
export function addOperationRoutes(app: FastifyInstance, gateway: Gateway): void {
  app.get('/health', async () => ({ status: 'ok' }));

  app.get('/ready', async (_request, reply) => {
    const readiness = await gateway.ready();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });

  if (gateway.config.metrics.enabled) {
    app.get('/metrics', async (request, reply) => {
      if (!isLoopback(request.ip)) gateway.authenticate(request.headers);
      const { contentType, text } = await gateway.metricsText();
      return reply.type(contentType).send(text);
    });
  }

  app.get('/api/status', async (request) => {
    gateway.authenticate(request.headers);
    return gateway.status();
  });
}
