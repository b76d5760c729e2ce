import type {
  CacheHint,
  ChatRequest,
  Citation,
  DialectId,
  ForeignField,
  Message,
  OpaqueState,
  ReasoningOptions,
  TextPart,
  Tool,
} from '@claudette/core';
import fc from 'fast-check';

/** A generator for each field, so that the compiler refuses a field that no test varies. */
type Fields<T> = { readonly [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> };

/** Objects with any of the fields, and all of the required ones. */
const objectOf = <T extends object>(fields: Fields<T>, ...required: (keyof T)[]): fc.Arbitrary<T> =>
  fc.record(fields, { requiredKeys: required }) as unknown as fc.Arbitrary<T>;

const text = fc.string({ minLength: 1, maxLength: 4, unit: 'binary' });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 });
const dialect = fc.constantFrom<DialectId>('openai-chat', 'openai-responses', 'anthropic-messages', 'gemini');
const foreignField = fc.record<ForeignField>({ dialect, path: text, value: fc.jsonValue({ maxDepth: 2 }) });

const cacheHint = fc.record<CacheHint>({ ttl: fc.constantFrom('5m', '1h') });
const state = objectOf<OpaqueState>(
  { dialect, kind: fc.constantFrom('signature', 'encrypted'), data: text, id: text, text },
  'dialect',
  'kind',
  'data',
);
const citation = objectOf<Citation>(
  { url: text, title: text, citedText: text, startIndex: fc.nat(), endIndex: fc.nat() },
  'url',
);
const textPart = objectOf<TextPart>(
  { type: fc.constant('text'), text, citations: list(citation), state, cacheHint },
  'type',
  'text',
);
const media = fc.oneof(
  fc.record({ kind: fc.constant('url' as const), url: text }),
  fc.record({ kind: fc.constant('base64' as const), mediaType: text, data: text }),
);

type Part = Extract<Message, { role: 'user' | 'assistant' }>['parts'][number];
type PartOf<K extends Part['type']> = Extract<Part, { type: K }>;

const parts: { readonly [K in Part['type']]: fc.Arbitrary<PartOf<K>> } = {
  text: textPart,
  image: objectOf<PartOf<'image'>>(
    { type: fc.constant('image'), source: media, detail: text, cacheHint },
    'type',
    'source',
  ),
  document: objectOf<PartOf<'document'>>(
    {
      type: fc.constant('document'),
      source: fc.oneof(media, fc.record({ kind: fc.constant('text' as const), text })),
      name: text,
      cacheHint,
    },
    'type',
    'source',
  ),
  reasoning: objectOf<PartOf<'reasoning'>>({ type: fc.constant('reasoning'), text, state }, 'type', 'text'),
  refusal: objectOf<PartOf<'refusal'>>({ type: fc.constant('refusal'), text }, 'type', 'text'),
  'tool-call': objectOf<PartOf<'tool-call'>>(
    {
      type: fc.constant('tool-call'),
      id: text,
      name: text,
      arguments: text,
      takesText: fc.boolean(),
      state,
      cacheHint,
    },
    'type',
    'id',
    'name',
    'arguments',
  ),
  foreign: objectOf<PartOf<'foreign'>>(
    { type: fc.constant('foreign'), dialect, path: text, value: fc.jsonValue({ maxDepth: 1 }) },
    'type',
    'dialect',
    'path',
  ),
};

type MessageOf<R extends Message['role']> = Extract<Message, { role: R }>;

const message: fc.Arbitrary<Message> = fc.oneof(
  objectOf<MessageOf<'system'>>(
    {
      role: fc.constantFrom('system', 'developer'),
      parts: list(fc.oneof(parts.text, parts.foreign)),
      name: text,
    } as Fields<MessageOf<'system'>>,
    'role',
    'parts',
  ),
  objectOf<MessageOf<'user'>>(
    {
      role: fc.constant('user'),
      parts: list(fc.oneof(parts.text, parts.image, parts.document, parts.foreign)),
      name: text,
    },
    'role',
    'parts',
  ),
  objectOf<MessageOf<'assistant'>>(
    {
      role: fc.constant('assistant'),
      parts: list(fc.oneof(parts.text, parts.reasoning, parts.refusal, parts['tool-call'], parts.foreign)),
      name: text,
    },
    'role',
    'parts',
  ),
  objectOf<MessageOf<'tool'>>(
    {
      role: fc.constant('tool'),
      toolCallId: text,
      parts: list(fc.oneof(parts.text, parts.image, parts.document, parts.foreign)),
      isError: fc.boolean(),
      cacheHint,
    },
    'role',
    'toolCallId',
    'parts',
  ),
);

const tool = objectOf<Tool>(
  {
    name: text,
    nested: fc.record({ namespace: text, name: text }),
    takesText: fc.record({ format: fc.jsonValue({ maxDepth: 1 }) }),
    description: text,
    parameters: fc.jsonValue({ maxDepth: 2 }),
    strict: fc.boolean(),
    cacheHint,
  },
  'name',
);

/** Any value of each field of a canonical request. */
export const requestFields: Fields<ChatRequest> = {
  model: text,
  messages: list(message),
  stream: fc.boolean(),
  streamUsage: fc.boolean(),
  tools: list(tool),
  toolChoice: fc.oneof(
    fc.record({ kind: fc.constantFrom('auto' as const, 'none' as const, 'required' as const) }),
    fc.record({ kind: fc.constant('tool' as const), name: text }),
    fc.record({
      kind: fc.constant('allowed' as const),
      mode: fc.constantFrom('auto' as const, 'required' as const),
      names: list(text),
    }),
  ),
  parallelToolCalls: fc.boolean(),
  outputFormat: fc.oneof(
    fc.record({ kind: fc.constant('json' as const) }),
    objectOf<Extract<ChatRequest['outputFormat'], { kind: 'json-schema' }>>(
      {
        kind: fc.constant('json-schema'),
        schema: fc.jsonValue({ maxDepth: 2 }),
        name: text,
        description: text,
        strict: fc.boolean(),
      },
      'kind',
    ),
  ),
  reasoning: objectOf<ReasoningOptions>({
    effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    budgetTokens: fc.nat(),
    adaptive: fc.boolean(),
    summary: fc.constantFrom('auto', 'concise', 'detailed', 'none'),
  }),
  maxOutputTokens: fc.nat(),
  temperature: number,
  topP: number,
  topK: fc.nat(),
  stopSequences: list(text),
  seed: fc.integer(),
  presencePenalty: number,
  frequencyPenalty: number,
  choices: fc.integer({ min: 1, max: 4 }),
  userId: text,
  logprobs: fc.record({ top: fc.nat() }),
  metadata: fc.dictionary(text, text, { maxKeys: 3 }),
  serviceTier: text,
  promptCacheKey: text,
  verbosity: fc.constantFrom('low', 'medium', 'high'),
  embedding: objectOf<NonNullable<ChatRequest['embedding']>>(
    {
      inputs: list(fc.oneof(text, fc.array(fc.nat(), { maxLength: 3 }))),
      dimensions: fc.nat(),
      encoding: fc.constantFrom('float', 'base64'),
    },
    'inputs',
    'encoding',
  ),
  foreign: list(foreignField),
  replyOptions: list(text),
  carriesSealedState: fc.boolean(),
  heldByProvider: foreignField,
};

export type RequestField = keyof ChatRequest;

/** Any canonical request at all. */
export const anyRequest: fc.Arbitrary<ChatRequest> = objectOf<ChatRequest>(
  requestFields,
  'model',
  'messages',
  'stream',
  'streamUsage',
  'tools',
  'foreign',
);
