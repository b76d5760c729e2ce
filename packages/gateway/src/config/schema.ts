import { strategies } from '@claudette/routing';
import * as z from 'zod';

import { backendSchema } from './backend-schema.js';
import { cacheSchema } from './cache-schema.js';
import { mediaSchema } from './media-schema.js';
import { milliseconds, ratio } from './schema-values.js';
import { serverSchema } from './server-schema.js';

/** The configuration file. The only description of it: types, defaults, checks and messages come from here. */
export const configSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe('Where an editor finds the JSON Schema of this file; Claudette does not read it.'),
  server: serverSchema.prefault({}).describe('The HTTP server.'),
  auth: z
    .strictObject({
      mode: z
        .enum(['open', 'keys'])
        .default('open')
        .describe('open asks nobody, on loopback only; keys asks every client for a gateway key.'),
    })
    .prefault({})
    .describe('Who may ask.'),
  backends: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, 'a backend name has letters, digits, . _ and -'), backendSchema)
    .default({})
    .describe(
      'The provider endpoints, by name. Where none is named, those are found that the environment has keys for.',
    ),
  aliases: z
    .record(z.string().min(1), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('Names of our own that clients may ask for: each stands for a list of backend/model or model ids.'),
  routing: z
    .strictObject({
      strategy: z
        .enum(strategies)
        .default('weighted')
        .describe('How candidates are ordered; docs/routing.md explains each.'),
      weights: z
        .strictObject({
          cost: ratio.default(0.4).describe('What the exchange is likely to cost.'),
          latency: ratio.default(0.4).describe('How long it is likely to take.'),
          availability: ratio.default(0.2).describe('How often the target answered lately.'),
        })
        .prefault({})
        .describe('What counts how much in the strategy weighted; not all may be 0.'),
      fallback: z.boolean().default(true).describe('Whether other candidates are tried when the first one fails.'),
      maxAttempts: z.int().min(1).max(10).default(3).describe('Most upstream calls of one exchange.'),
      retryBudgetRatio: z
        .number()
        .min(0)
        .max(10)
        .default(0.1)
        .describe('Most retries, failovers and hedges per request, over 10 s; 10 in 10 s are always allowed.'),
      hedge: z
        .strictObject({
          enabled: z.boolean().default(false).describe('Ask a second candidate when the first one is late.'),
          afterPercentile: z
            .number()
            .min(50)
            .max(99.9)
            .default(95)
            .describe('Late is beyond this percentile of the usual time to first content.'),
        })
        .prefault({})
        .describe('Two attempts at once, against slow answers.'),
      affinity: z.boolean().default(true).describe("Keep a conversation where the provider's prompt cache knows it."),
      healthIntervalMs: z
        .int()
        .min(0)
        .max(86_400_000)
        .default(30_000)
        .describe('How often a server asks idle backends for their free model list; 0 never.'),
      strict: z.boolean().default(false).describe('Refuse what a translation cannot carry.'),
    })
    .prefault({})
    .describe('Which backend answers, and what happens when it does not.'),
  cache: cacheSchema,
  resilience: z
    .strictObject({
      breaker: z
        .strictObject({
          failureRate: z.number().gt(0).max(1).default(0.5).describe('Share of failed calls that opens it.'),
          volume: z.int().min(1).default(5).describe('Judge nothing by fewer calls.'),
          windowCalls: z.int().min(1).max(10_000).default(20).describe('Judge so many of the latest calls.'),
          windowMs: milliseconds.default(300_000).describe('Judge no call older than this.'),
          openMs: milliseconds.default(30_000).describe('What waits before a probe are counted in.'),
          halfOpenCalls: z.int().min(1).max(1000).default(5).describe('Probes before it closes or opens again.'),
          successRate: z.number().gt(0).max(1).default(0.8).describe('Of the probes, to close.'),
          slowFirstContentMs: milliseconds
            .default(15_000)
            .describe('A stream whose first content takes longer is slow.'),
          slowCallRate: z.number().gt(0).max(1).default(0.8).describe('Share of slow calls that opens it.'),
        })
        .prefault({})
        .describe('The circuit breaker that each target has.'),
    })
    .prefault({})
    .describe('What protects against backends that fail.'),
  pool: z
    .strictObject({
      connectionsPerOrigin: z.int().min(1).default(1024).describe('Most sockets to one address.'),
      idleTimeoutMs: milliseconds.default(30_000).describe('How long an unused socket stays open.'),
      queueTimeoutMs: milliseconds.default(10_000).describe('Most time that a request waits for a free socket.'),
      warmConnections: z.int().min(0).max(1024).default(0).describe('Sockets opened to each backend at the start.'),
    })
    .prefault({})
    .describe('The connections to backends.'),
  ledger: z
    .strictObject({
      url: z
        .string()
        .regex(/^(memory:|sqlite:.*)$/, 'must be memory:, sqlite: or sqlite:/path/file.db')
        .default('sqlite:')
        .describe("Where the records are kept; sqlite: alone is a file in the user's data directory."),
    })
    .prefault({})
    .describe('Usage, prices, gateway keys and decisions.'),
  credentials: z
    .strictObject({
      sources: z
        .array(z.enum(['env', 'keychain', 'file']))
        .min(1)
        .refine((names) => new Set(names).size === names.length, 'must name each place once')
        .default(['env', 'keychain', 'file'])
        .describe(
          'Where secrets come from: env is for env:NAME; credential:NAME is looked for in the other places, in this order.',
        ),
    })
    .prefault({})
    .describe('The keys of backends; claudette credentials stores them.'),
  logging: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('What is less grave than this is not logged.'),
      format: z
        .enum(['auto', 'json', 'pretty'])
        .default('auto')
        .describe('auto is pretty on a terminal and JSON elsewhere.'),
    })
    .prefault({})
    .describe('The log, on standard error.'),
  media: mediaSchema,
  metrics: z
    .strictObject({ enabled: z.boolean().default(true).describe('Whether GET /metrics answers.') })
    .prefault({})
    .describe('Figures for Prometheus.'),
  memory: z
    .strictObject({
      warnRatio: ratio.default(0.7).describe('Share of the nearest memory limit from which the cache stops growing.'),
      highRatio: ratio.default(0.85).describe('Share from which it is halved.'),
      criticalRatio: ratio.default(0.95).describe('Share from which it is cut to a sixteenth.'),
    })
    .prefault({})
    .describe('What happens when memory is short.'),
});

/** A whole, checked configuration. */
export type Config = z.infer<typeof configSchema>;
export type BackendConfig = Config['backends'][string];
