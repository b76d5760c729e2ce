import { dialectIds } from '@claudette/core';
import { providerIds } from '@claudette/providers';
import * as z from 'zod';

const milliseconds = z.int().min(1).max(86_400_000);
const ratio = z.number().min(0).max(1);

const timeouts = z.strictObject({
  connectMs: milliseconds.default(5_000).describe('Most time to get a connection.'),
  firstContentMs: milliseconds.default(60_000).describe('Most time of a stream until its first content.'),
  idleMs: milliseconds.default(60_000).describe('Most time between two pieces of a stream.'),
  totalMs: milliseconds.default(600_000).describe('Most time of a whole reply.'),
});

const backend = z.strictObject({
  provider: z
    .string()
    .min(1)
    .describe(`The vendor: ${providerIds.join(', ')}.`),
  apiKey: z
    .string()
    .regex(
      /^env:[A-Za-z_][A-Za-z0-9_]*$/,
      'must be env:NAME, the name of an environment variable; a key itself never stands here',
    )
    .optional()
    .describe('Where the key is: env:NAME.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Replaces the provider's address."),
  dialect: z
    .enum(dialectIds)
    .optional()
    .describe('The one dialect to speak with it, of those that its provider speaks; openai-compatible may have any.'),
  models: z.array(z.string().min(1)).min(1).describe('The models it serves, as it names them.'),
  priority: z.int().min(1).max(1000).default(1).describe('1 is preferred to 2.'),
  enabled: z.boolean().default(true),
  maxTokens: z
    .int()
    .min(1)
    .default(8192)
    .describe('Output limit where a dialect requires one and the client gave none.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Sent with every request to this backend.'),
  limits: z.strictObject({ concurrency: z.int().min(1).nullable().default(null) }).prefault({}),
  timeouts: timeouts.prefault({}),
});

const sampling = z.enum(['all', 'deterministic']);

/** The configuration file. The only description of it: types, defaults, checks and messages come from here. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(3000).describe('0 takes any free port.'),
      bodyLimitBytes: z.int().min(1024).default(33_554_432),
      drainTimeoutMs: milliseconds.default(10_000).describe('How long open streams may go on after SIGTERM.'),
      totalMs: milliseconds.default(600_000).describe('Most time of one exchange, whatever a backend allows.'),
    })
    .prefault({}),
  auth: z
    .strictObject({
      mode: z.enum(['open', 'keys']).default('open').describe('keys is required unless host is loopback.'),
    })
    .prefault({}),
  backends: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, 'a backend name has letters, digits, . _ and -'), backend)
    .default({}),
  aliases: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).default({}),
  routing: z
    .strictObject({
      strategy: z.enum(['weighted', 'priority']).default('weighted'),
      weights: z
        .strictObject({ cost: ratio.default(0.4), latency: ratio.default(0.4), availability: ratio.default(0.2) })
        .prefault({}),
      fallback: z.boolean().default(true),
      maxAttempts: z.int().min(1).max(10).default(3),
      strict: z.boolean().default(false).describe('Refuse what a translation cannot carry.'),
    })
    .prefault({}),
  cache: z
    .strictObject({
      enabled: z.boolean().default(true),
      ttlSeconds: z.int().min(1).default(3600),
      maxEntries: z.int().min(1).default(10_000),
      maxMemoryBytes: z.int().min(65_536).default(67_108_864),
      maxEntryBytes: z.int().min(1024).default(1_048_576),
      store: z
        .string()
        .regex(/^(memory:|sqlite:.*)$/, 'must be memory:, sqlite: or sqlite:/path/file.db')
        .default('sqlite:'),
      scope: z.enum(['key', 'shared']).default('key').describe('Who may share an entry.'),
      sampling: z
        .strictObject({ native: sampling.default('all'), dialects: sampling.default('deterministic') })
        .prefault({}),
    })
    .prefault({}),
  resilience: z
    .strictObject({
      breaker: z
        .strictObject({
          failureRate: z.number().gt(0).max(1).default(0.5),
          volume: z.int().min(1).default(5),
          windowMs: milliseconds.default(300_000),
          openMs: milliseconds.default(30_000),
        })
        .prefault({}),
    })
    .prefault({}),
  pool: z
    .strictObject({
      connectionsPerOrigin: z.int().min(1).default(1024),
      idleTimeoutMs: milliseconds.default(30_000),
      queueTimeoutMs: milliseconds.default(10_000),
      warmConnections: z.int().min(0).max(1024).default(0),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      url: z
        .string()
        .regex(/^(memory:|sqlite:.*)$/, 'must be memory:, sqlite: or sqlite:/path/file.db')
        .default('sqlite:'),
    })
    .prefault({}),
  logging: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
      format: z.enum(['auto', 'json', 'pretty']).default('auto'),
    })
    .prefault({}),
  metrics: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
});

/** A whole, checked configuration. */
export type Config = z.infer<typeof configSchema>;
export type BackendConfig = Config['backends'][string];
