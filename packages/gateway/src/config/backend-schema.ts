import { dialectIds } from '@claudette/core';
import { providerIds } from '@claudette/providers';
import * as z from 'zod';

import { milliseconds } from './schema-values.js';

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
    /^(env:[A-Za-z_][A-Za-z0-9_]*|credential:[A-Za-z_][A-Za-z0-9_.-]{0,127})$/,
    'must be env:NAME, an environment variable, or credential:NAME, a stored credential; a key itself never stands here',
  );

const capabilities = z.strictObject({
  tools: z.boolean().optional().describe('It calls tools.'),
  images: z.boolean().optional().describe('It takes images.'),
  documents: z.boolean().optional().describe('It takes documents such as PDF.'),
  mediaUrls: z
    .boolean()
    .optional()
    .describe('It fetches images and documents by URL. false: it takes data only, and media.fetch can fetch for it.'),
  reasoning: z.boolean().optional().describe('It thinks before it answers, where asked to.'),
  structuredOutput: z.boolean().optional().describe('It answers in a JSON schema, where asked to.'),
  contextTokens: z.int().min(1).optional().describe('Prompt and answer together.'),
});

/** One entry of `backends`. */
export const backendSchema = z.strictObject({
  provider: z
    .string()
    .min(1)
    .describe(`The vendor: ${providerIds.join(', ')}.`),
  apiKey: z
    .union([keyReference, z.array(keyReference).min(1)], {
      error:
        'must be env:NAME, an environment variable, credential:NAME, a stored credential, or a list of them; a key itself never stands here',
    })
    .optional()

    .describe(
      'Where the key is: env:NAME or credential:NAME. Of several, each takes its turn, and one that meets a rate limit rests.',
    ),
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
  enabled: z.boolean().default(true).describe('false leaves it out, as if it were not there.'),
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
    .prefault({})
    .describe('What may be sent to it; null is no limit.'),
  capabilities: z
    .record(z.string().min(1), capabilities)
    .default({})
    .describe('What a model can do, by its name, or * for all. What is not said here excludes no request.'),
  timeouts: timeouts.prefault({}).describe('How long its steps may take.'),
});
