import type { FastifyCorsOptions } from '@fastify/cors';
import type { onRequestHookHandler } from 'fastify';

/** What a page may read of an answer, beside what every page may. */
const exposedHeaders = [
  'x-claudette-id',
  'x-claudette-backend',
  'x-claudette-model',
  'x-claudette-cache',
  'x-claudette-attempts',
  'x-claudette-cost',
  'x-claudette-loss',
  'retry-after',
];

const PREFLIGHT_SECONDS = 600;

/** What the named pages may do from a browser. Keys are headers, so that cookies are never asked for. */
export const corsOptions = (origins: readonly string[]): FastifyCorsOptions => ({
  origin: [...origins],
  methods: ['GET', 'HEAD', 'POST', 'DELETE'],
  exposedHeaders,
  credentials: false,
  maxAge: PREFLIGHT_SECONDS,
});

/** Headers set so far go onto the raw answer as well: most answers are written there. */
export const passOnHeaders: onRequestHookHandler = (_request, reply, done) => {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  done();
};
