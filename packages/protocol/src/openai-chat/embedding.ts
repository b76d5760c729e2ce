import { GatewayError } from '@claudette/core';
import type { ChatRequest, EmbeddingInput, Message } from '@claudette/core';

import type { EmbeddingCodec } from '../codec.js';
import { compact, optional, readArray, readInteger, readString } from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';
import { asObjects, asText, invalidReply, parseReply } from '../json/parse-reply.js';
import { patchModel } from '../json/patch-model.js';
import { createLossList } from '../loss-list.js';
import { collectForeignFields, encodeForeignFields } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { readProviderError, toInBandError } from './in-band-error.js';
import { decodeUsage, encodeUsage } from './usage.js';
import type { WireEmbeddings } from './wire.js';

type Input = EmbeddingInput['inputs'][number];

const known = ['model', 'input', 'dimensions', 'encoding_format', 'user'];

const encodings = ['float', 'base64'] as const;

/** Vendors have further encodings, which are foreign. */
const decodeEncoding = (value: unknown, foreign: ForeignFields): EmbeddingInput['encoding'] => {
  const word = optional(readString)(value, 'encoding_format') ?? 'float';
  const encoding = encodings.find((one) => one === word);
  if (encoding === undefined) foreign.add('encoding_format', word);
  return encoding ?? 'float';
};

const readTokens = (value: unknown, path: string): readonly number[] =>
  readArray(value, path, 'a string or an array of token ids').map((id, index) => readInteger(id, `${path}[${index}]`));

/** A text, a list of token ids, or a list of either. */
const decodeInputs = (value: unknown): readonly Input[] => {
  if (typeof value === 'string') return [value];
  const list = readArray(value, 'input', 'a string or an array');
  if (typeof list[0] === 'number') return [readTokens(list, 'input')];
  return list.map((one, index) => (typeof one === 'string' ? one : readTokens(one, `input[${index}]`)));
};

/** Inputs as the canonical view has them; of token ids there is no text, but as many words as there are ids. */
const toMessage = (input: Input): Message => ({
  role: 'user',
  parts: [{ type: 'text', text: typeof input === 'string' ? input : input.join(' ') }],
});

const inputOf = ({ embedding }: ChatRequest): EmbeddingInput => {
  if (embedding === undefined) throw new GatewayError('internal', 'the request asks for no vectors');
  return embedding;
};

const FLOAT_BYTES = 4;

const decodeVector = (value: unknown): readonly number[] | undefined => {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'number') ? value : undefined;
  const bytes = Buffer.from(asText(value) ?? '', 'base64');
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) return undefined;
  return Array.from({ length: bytes.length / FLOAT_BYTES }, (_, index) => bytes.readFloatLE(index * FLOAT_BYTES));
};

const encodeVector = (vector: readonly number[], encoding: EmbeddingInput['encoding']): readonly number[] | string => {
  if (encoding === 'float') return vector;
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  for (const [index, one] of vector.entries()) bytes.writeFloatLE(one, index * FLOAT_BYTES);
  return bytes.toString('base64');
};

/** OpenAI's embeddings: https://platform.openai.com/docs/api-reference/embeddings. openai-node asks for base64. */
export const embedding: EmbeddingCodec = {
  requestPath: () => '/embeddings',

  decodeRequest(bytes) {
    const body = parseBody(bytes);
    const foreign = collectForeignFields();
    foreign.addUnknown(body, known, '');
    const inputs = decodeInputs(body['input']);
    return compact({
      model: readString(body['model'], 'model'),
      messages: inputs.map(toMessage),
      stream: false,
      streamUsage: false,
      tools: [],
      userId: optional(readString)(body['user'], 'user'),
      embedding: compact({
        inputs,
        dimensions: optional(readInteger)(body['dimensions'], 'dimensions'),
        encoding: decodeEncoding(body['encoding_format'], foreign),
      }),
      foreign: foreign.all,
    });
  },

  encodeRequest(request, target) {
    const losses = createLossList();
    const { inputs, dimensions, encoding } = inputOf(request);
    const body = compact({
      model: target.model,
      input: inputs.length === 1 ? inputs[0] : inputs,
      dimensions,
      encoding_format: encoding,
      user: request.userId,
      ...encodeForeignFields(request.foreign, losses).fields,
    });
    return { body: Buffer.from(JSON.stringify(body)), losses: losses.all };
  },

  patchRequest: (body, _request, target) => patchModel(body, target.model),

  decodeReply(bytes) {
    const text = Buffer.from(bytes).toString();
    const body = parseReply(text);
    const error = readProviderError(body);
    if (error !== undefined) throw toInBandError(error);
    if (!Array.isArray(body['data'])) throw invalidReply('there is no list of vectors', text);
    const placed = asObjects(body['data']).map((one, position) => {
      const vector = decodeVector(one['embedding']);
      if (vector === undefined) throw invalidReply('this is not a vector', JSON.stringify(one));
      const { index } = one;
      return { vector, index: typeof index === 'number' ? index : position };
    });
    return {
      model: asText(body['model']) ?? '',
      vectors: placed.toSorted((one, other) => one.index - other.index).map(({ vector }) => vector),
      usage: decodeUsage(body['usage']),
    };
  },

  encodeReply({ model, vectors, usage }, request) {
    const { encoding } = inputOf(request);
    const counted = usage && encodeUsage(usage);
    const body: WireEmbeddings = {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: encodeVector(vector, encoding),
      })),
      model,
      ...(counted && { usage: { prompt_tokens: counted.prompt_tokens, total_tokens: counted.total_tokens } }),
    };
    return Buffer.from(JSON.stringify(body));
  },
};
