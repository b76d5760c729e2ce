import type { CacheMode, CallController, ChatRequest, Money, Principal, UserPart } from '@claudette/core';
import { GatewayError, parseMoney } from '@claudette/core';
import * as z from 'zod';

/** A file's content; never a path of the server's. */
export interface QuestionFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A native call: a prompt in plain words. */
export interface Question {
  readonly prompt: string;
  readonly files: readonly QuestionFile[];
  readonly system?: string;
  /** @default 'auto' */
  readonly model?: string;
  /** Only this backend may answer. */
  readonly backend?: string;
  /** 0 to 2. */
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly timeoutMs?: number;
  /** Refuse rather than send what is likely to cost more. */
  readonly costLimit?: Money;
  readonly cacheMode: CacheMode;
  readonly stream: boolean;
}

/** Who asks, and how they take the question back. */
export interface Asked extends Question {
  readonly principal: Principal;
  readonly controller: CallController;
}

const imageTypes: readonly (readonly [mediaType: string, signature: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A file as something a model can read: an image by its signature, otherwise text.
 * @throws GatewayError `invalid_request` for anything else
 */
function toPart({ name, content }: QuestionFile): UserPart {
  const start = Buffer.from(content.subarray(0, 16)).toString('latin1');
  const image = imageTypes.find(([, signature]) => signature.test(start));
  if (image !== undefined) {
    const data = Buffer.from(content).toString('base64');
    return { type: 'image', source: { kind: 'base64', mediaType: image[0], data } };
  }
  try {
    return { type: 'text', text: `${name}:\n${utf8.decode(content)}` };
  } catch (cause) {
    throw new GatewayError('invalid_request', `${name} is neither UTF-8 text nor a PNG, JPEG, GIF or WebP image`, {
      cause,
    });
  }
}

/** The canonical request for a question. */
export function toChatRequest(question: Question): ChatRequest {
  const { system, temperature, maxOutputTokens } = question;
  return Object.freeze({
    model: question.model ?? 'auto',
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, parts: [{ type: 'text' as const, text: system }] }]),
      {
        role: 'user' as const,
        parts: [...question.files.map(toPart), { type: 'text' as const, text: question.prompt }],
      },
    ],
    stream: question.stream,
    streamUsage: true,
    tools: [],
    foreign: [],
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  });
}

const questionSchema = z.strictObject({
  prompt: z.string().min(1),
  files: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        type: z.enum(['text', 'base64']).default('text'),
        content: z.string(),
      }),
    )
    .default([]),
  options: z
    .strictObject({
      system: z.string().optional(),
      model: z.string().min(1).optional(),
      backend: z.string().min(1).optional(),
      temperature: z.number().min(0).max(2).optional(),
      maxTokens: z.int().min(1).optional(),
      timeoutMs: z.int().min(1).optional(),
      costLimit: z
        .string()
        .refine((text) => parseMoney(text, 'USD') !== undefined, 'must be an amount in USD such as "0.05"')
        .transform((text) => parseMoney(text, 'USD'))
        .optional(),
      cache: z.enum(['default', 'on', 'off', 'refresh', 'only']).default('default'),
    })
    .prefault({}),
});

/**
 * The body of POST /api/optimize.
 * @throws GatewayError `invalid_request` naming each field
 */
export function decodeQuestion(body: Uint8Array): Question {
  let tree: unknown;
  try {
    tree = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw new GatewayError('invalid_request', 'the body is not valid JSON', { cause });
  }
  const parsed = questionSchema.safeParse(tree);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
    throw new GatewayError('invalid_request', problems.join('; '));
  }
  const { prompt, files, options } = parsed.data;
  const { system, model, backend, temperature, maxTokens, timeoutMs, costLimit, cache } = options;
  return {
    prompt,
    files: files.map(({ name, type, content }) => ({
      name,
      content: Buffer.from(content, type === 'text' ? 'utf8' : 'base64'),
    })),
    cacheMode: cache,
    stream: false,
    ...(system !== undefined && { system }),
    ...(model !== undefined && { model }),
    ...(backend !== undefined && { backend }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(costLimit !== undefined && { costLimit }),
  };
}
