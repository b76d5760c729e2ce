import { isIP } from 'node:net';

import * as z from 'zod';

import { milliseconds } from './schema-values.js';

const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** Names that Fastify has for ranges. */
const rangeNames: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return rangeNames.has(text);
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

const origin = z.string().refine(isOrigin, 'must be an origin such as https://app.example, without a path');
const addressRange = z
  .string()
  .refine(isAddressRange, 'must be an address, a range such as 10.0.0.0/8, loopback, linklocal or uniquelocal');

/** `server`. */
export const serverSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('The address to listen on; beyond loopback auth.mode must be keys.'),
  port: z.int().min(0).max(65_535).default(3000).describe('The port to listen on; 0 takes any free one.'),
  tls: z
    .strictObject({
      certFile: z.string().min(1).describe('The certificate and those of its issuers, as PEM.'),
      keyFile: z.string().min(1).describe('Its private key, as PEM without a passphrase.'),
    })
    .nullable()
    .default(null)
    .describe('The files for HTTPS; null speaks plain HTTP.'),
  trustProxy: z
    .union([z.int().min(1).max(16), z.array(addressRange)], {
      error: 'must be a number of proxies or a list of their addresses',
    })
    .default([])
    .describe('The proxies in front, as addresses or as a number: only from them X-Forwarded-For is believed.'),
  corsOrigins: z
    .array(origin)
    .default([])
    .describe('The web pages that may call from a browser, e.g. https://app.example; none by default.'),
  bodyLimitBytes: z.int().min(1024).default(33_554_432).describe('Longest body of a request.'),
  maxHeldBodyBytes: z
    .int()
    .min(1024)
    .default(268_435_456)
    .describe('Most bytes of the bodies of all requests under way, in each process; one more is refused with 503.'),
  maxHeaderBytes: z
    .int()
    .min(1024)
    .max(1_048_576)
    .default(16_384)
    .describe('Longest request line with all headers of a request.'),
  maxConnections: z.int().min(1).default(10_000).describe('Most connections of clients at a time.'),
  headersTimeoutMs: milliseconds.default(10_000).describe('How long a client may take to send the headers.'),
  requestTimeoutMs: milliseconds
    .default(120_000)
    .describe('How long a client may take to send a request, its body included.'),
  sendTimeoutMs: milliseconds
    .default(60_000)
    .describe('How long a client may take to read what has been written; then its connection is cut.'),
  keepAliveTimeoutMs: milliseconds
    .default(72_000)
    .describe('How long an unused connection stays open; longer than a proxy in front keeps its own.'),
  readinessDelayMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(0)
    .describe(
      'How long requests still pass after SIGTERM while /ready says 503, so that a load balancer looks elsewhere.',
    ),
  drainTimeoutMs: milliseconds.default(10_000).describe('How long open streams may go on after SIGTERM.'),
  totalMs: milliseconds.default(600_000).describe('Most time of one exchange, whatever a backend allows.'),
  workers: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'How many processes share the port, the ledger and the stored answers; of the limits of a backend each has its share.',
    ),
});
