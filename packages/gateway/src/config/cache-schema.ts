import * as z from 'zod';

import { MAX_PATTERN_CHARACTERS, operations } from '../cache-admin/entry-query.js';

const sampling = z.enum(['all', 'deterministic']);

const saysSomething = (fields: object): boolean => Object.keys(fields).length > 0;
const text = z.string().min(1).optional();
const operation = z.enum(operations).optional();

const dependency = z.strictObject({
  when: z
    .strictObject({
      operation: operation.describe('What was asked for.'),
      tag: text.describe('One of its tags.'),
      model: text.describe('The model that answered.'),
      backend: text.describe('The backend that answered.'),
    })
    .refine(saysSomething, 'must name an operation, a tag, a model or a backend')
    .describe('An exchange that a backend answered to its end.'),
  invalidates: z
    .strictObject({
      key: z.string().min(1).max(MAX_PATTERN_CHARACTERS).optional().describe('A pattern of their keys: * and ?'),
      operation: operation.describe('What was asked for.'),
      tag: text.describe('One of their tags.'),
      model: text.describe('The model that answered.'),
      backend: text.describe('The backend that answered.'),
    })
    .refine(saysSomething, 'must name a key, an operation, a tag, a model or a backend')
    .describe('The entries that it makes untrue.'),
  everywhere: z.boolean().default(false).describe("Of every scope, and not of the caller's own alone."),
});

/** The section `cache`. */
export const cacheSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether answers are stored, and given again.'),
    ttlSeconds: z.int().min(1).default(3600).describe('How long an answer may be given again.'),
    maxEntries: z.int().min(1).default(10_000).describe('Most answers, in memory and in the store each.'),
    maxMemoryBytes: z
      .int()
      .min(65_536)
      .nullable()
      .default(null)
      .describe(
        'Most memory of stored answers; less while memory is short, and no more than 40 % of what the memory limits leave. null: a quarter, 16 to 256 MiB.',
      ),
    maxEntryBytes: z.int().min(1024).default(1_048_576).describe('A longer answer is not stored.'),
    store: z
      .string()
      .regex(
        /^(memory:|sqlite:.*|(rediss?|postgres|postgresql):\/\/.+)$/,
        'must be memory:, sqlite:, sqlite:/path/file.db, redis://…, rediss://…, postgres://… or postgresql://…',
      )
      .default('sqlite:')
      .describe('Where answers are kept beyond memory; a server may be shared by several gateways.'),
    staleIfErrorSeconds: z
      .int()
      .min(0)
      .default(0)
      .describe('How long after its expiry an answer may stand in when every backend fails; 0 never.'),
    scope: z
      .enum(['key', 'user', 'team', 'shared'])
      .default('key')
      .describe('Who may share an entry: one gateway key, the keys of one person or of one team, or everybody.'),
    dependencies: z.array(dependency).default([]).describe('Which exchanges make which entries untrue.'),
    sampling: z
      .strictObject({
        native: sampling.default('all').describe('Of POST /api/optimize and of the command line.'),
        dialects: sampling.default('deterministic').describe('Of the routes that speak a dialect.'),
      })
      .prefault({})
      .describe('Which answers are stored: all, or deterministic ones, i.e. those of requests at temperature 0.'),
  })
  .prefault({})
  .describe('The stored answers.');
