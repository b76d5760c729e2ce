import { GatewayError } from '@claudette/core';
import type { EmbeddingInput, Message } from '@claudette/core';

import type { EmbeddingCodec } from '../codec.js';
import { compact, optional, readInteger, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';
import { asObject, invalidReply, parseReply } from '../json/parse-reply.js';
import { createLossList } from '../loss-list.js';
import { readModel } from './decode-request.js';
import { createForeignFields } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { readProviderError, toInBandError } from './in-band-error.js';
import { placeForeign } from './place-foreign.js';
import { readFields, readList } from './read-fields.js';
import { encodeUsage, readUsage } from './usage.js';

/** The text of one content; what else it holds is foreign. */
const decodeInput = (value: unknown, path: string, foreign: ForeignFields): string => {
  const texts = readList(readFields(value, path)['parts'], `${path}.parts`).flatMap((one, index) => {
    const partPath = `${path}.parts[${index}]`;
    const part = readFields(one, partPath);
    if ('text' in part) return [readString(part['text'], `${partPath}.text`)];
    foreign.add(partPath, one);
    return [];
  });
  return texts.join('');
};

interface WantedVector {
  readonly model: string;
  readonly input: string;
  readonly dimensions: number | undefined;
}

const decodeWanted = (request: JsonObject, prefix: string, foreign: ForeignFields): WantedVector => {
  foreign.addOthers(request, ['model', 'content', 'outputDimensionality'], prefix);
  return {
    model: readModel(request, {}),
    input: decodeInput(request['content'], `${prefix}content`, foreign),
    dimensions: optional(readInteger)(request['outputDimensionality'], `${prefix}outputDimensionality`),
  };
};

/** `batchEmbedContents` has a list of what `embedContent` is one of. */
const decodeAllWanted = (body: JsonObject, foreign: ForeignFields): readonly WantedVector[] => {
  const { requests } = body;
  if (requests === undefined) return [decodeWanted(body, '', foreign)];
  return readList(requests, 'requests').map((request, index) =>
    decodeWanted(readFields(request, `requests[${index}]`), `requests[${index}].`, foreign),
  );
};

const toMessage = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });

const readText = (input: EmbeddingInput['inputs'][number], index: number): string => {
  if (typeof input === 'string') return input;
  throw new GatewayError('translation_refused', `input[${index}] is a list of token ids, and Gemini reads texts only`);
};

const readVector = (value: unknown): readonly number[] | undefined => {
  const values = asObject(value)?.['values'];
  return Array.isArray(values) && values.every((one) => typeof one === 'number') ? values : undefined;
};

/** Google's embeddings, several at once: https://ai.google.dev/api/embeddings. A client may also ask for a single one. */
export const embedding: EmbeddingCodec = {
  requestPath: (model) => `/v1beta/models/${encodeURIComponent(model)}:batchEmbedContents`,

  decodeRequest(bytes) {
    const foreign = createForeignFields();
    const wanted = decodeAllWanted(readFields(parseBody(bytes), 'the body'), foreign);
    const [first] = wanted;
    if (first === undefined) throw new GatewayError('invalid_request', 'requests must not be empty');
    const inputs = wanted.map(({ input }) => input);
    return {
      model: first.model,
      messages: inputs.map(toMessage),
      stream: false,
      streamUsage: true,
      tools: [],
      embedding: compact({ inputs, dimensions: first.dimensions, encoding: 'float' as const }),
      foreign: foreign.found,
    };
  },

  encodeRequest(request, target) {
    const losses = createLossList();
    const { inputs = [], dimensions: outputDimensionality } = request.embedding ?? {};
    if (request.userId !== undefined) losses.add('userId', 'Gemini has nothing like it');
    const requests = inputs.map((input, index) => {
      const content = { parts: [{ text: readText(input, index) }] };
      return compact({ model: `models/${target.model}`, content, outputDimensionality });
    });
    const body = placeForeign({ requests }, request.foreign, losses);
    return { body: Buffer.from(JSON.stringify(body)), losses: losses.all };
  },

  /** Each request of the list names the model; one body cannot be for two. */
  patchRequest(bytes, request, target) {
    if (request.model === target.model) return bytes;
    const model = `models/${target.model}`;
    const body = parseBody(bytes);
    const { requests } = body;
    const patched = Array.isArray(requests)
      ? { ...body, requests: requests.map((one) => ({ ...asObject(one), model })) }
      : { ...body, model };
    return Buffer.from(JSON.stringify(patched));
  },

  decodeReply(bytes) {
    const text = Buffer.from(bytes).toString();
    const body = parseReply(text);
    const error = readProviderError(body);
    if (error !== undefined) throw toInBandError(error);
    const { embeddings } = body;
    if (!Array.isArray(embeddings)) throw invalidReply('there is no list of vectors', text);
    const vectors = embeddings.map((one) => {
      const vector = readVector(one);
      if (vector === undefined) throw invalidReply('this is not a vector', JSON.stringify(one));
      return vector;
    });
    // Google does not say which model answered.
    return { model: '', vectors, usage: readUsage(body) };
  },

  /** `embedContent` and `batchEmbedContents` differ in one field; a single vector stands in both. */
  encodeReply({ vectors, usage }) {
    const embeddings = vectors.map((values) => ({ values }));
    const reply = compact({
      embeddings,
      embedding: embeddings.length === 1 ? embeddings[0] : undefined,
      usageMetadata: usage && { promptTokenCount: encodeUsage(usage).promptTokenCount },
    });
    return Buffer.from(JSON.stringify(reply));
  },
};
