import { dialectIds } from '@claudette/core';
import { providerIds } from '@claudette/providers';
import { strategies } from '@claudette/routing';
import * as z from 'zod';

const milliseconds = z.int().min(1).max(86_400_000);
const ratio = z.number().min(0).max(1);

const limit = z.int().min(1).nullable().default(null);

const timeouts = z.strictObject({
  connectMs: milliseconds.default(5_000).describe('Most time to get a connection.'),
  firstContentMs: milliseconds.default(60_000).describe('Most time of a stream until its first content.'),
  idleMs: milliseconds.default(60_000).describe('Most time between two pieces of a stream.'),
  totalMs: milliseconds.default(600_000).describe('Most time of a whole reply.'),
});

const keyReference = z
  .string()
  .regex(
    /^env:[A-Za-z_][A-Za-z0-9_]*$/,
    'must be env:NAME, the name of an environment variable; a key itself never stands here',
  );

const capabilities = z.strictObject({
  tools: z.boolean().optional(),
  images: z.boolean().optional(),
  documents: z.boolean().optional(),
  reasoning: z.boolean().optional(),
  structuredOutput: z.boolean().optional(),
  contextTokens: z.int().min(1).optional().describe('Prompt and answer together.'),
});

const backend = z.strictObject({
  provider: z
    .string()
    .min(1)
    .describe(`The vendor: ${providerIds.join(', ')}.`),
  apiKey: z
    .union([keyReference, z.array(keyReference).min(1)], {
      error: 'must be env:NAME, the name of an environment variable, or a list of them; a key itself never stands here',
    })
    .optional()
    .describe('Where the key is: env:NAME. Of several, each takes its turn, and one that meets a rate limit rests.'),
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
  limits: z
    .strictObject({
      requestsPerMinute: limit.describe('Attempts in any 60 seconds.'),
      tokensPerMinute: limit.describe('Tokens of prompts and answers in any 60 seconds.'),
      concurrency: limit.describe('Attempts at one model at a time.'),
    })
    .prefault({}),
  capabilities: z
    .record(z.string().min(1), capabilities)
    .default({})
    .describe('What a model can do, by its name, or * for all. What is not said here excludes no request.'),
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
      strategy: z.enum(strategies).default('weighted'),
      weights: z
        .strictObject({ cost: ratio.default(0.4), latency: ratio.default(0.4), availability: ratio.default(0.2) })
        .prefault({}),
      fallback: z.boolean().default(true),
      maxAttempts: z.int().min(1).max(10).default(3),
      retryBudgetRatio: z
        .number()
        .min(0)
        .max(10)
        .default(0.1)
        .describe('Most retries, failovers and hedges per request, over 10 s; 10 in 10 s are always allowed.'),
      hedge: z
        .strictObject({
          enabled: z.boolean().default(false),
          afterPercentile: z.number().min(50).max(99.9).default(95).describe('Of the usual time to first content.'),
        })
        .prefault({}),
      affinity: z.boolean().default(true).describe("Keep a conversation where the provider's prompt cache knows it."),
      healthIntervalMs: z
        .int()
        .min(0)
        .max(86_400_000)
        .default(30_000)
        .describe('How often a server asks idle backends for their free model list; 0 never.'),
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
      staleIfErrorSeconds: z
        .int()
        .min(0)
        .default(0)
        .describe('How long after its expiry an answer may stand in when every backend fails; 0 never.'),
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
