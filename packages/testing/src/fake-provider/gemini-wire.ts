import type { FinishReason } from '@claudette/core';

import type { Answer, FakeUsage } from './answer.js';
import { groundingOf, logprobsField, partsOfBody, partsOfStream } from './gemini-parts.js';
import { pageOf } from './page-of.js';
import { breakEvent, dataEvent, times, wireId } from './wire.js';
import type { Piece, StreamPlace, Wire, WireError } from './wire.js';

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  pause: 'STOP',
  'context-length': 'MAX_TOKENS',
};

const errorStatuses: Readonly<Record<number, readonly [status: string, message: string]>> = {
  401: ['UNAUTHENTICATED', 'Request had invalid authentication credentials.'],
  403: ['PERMISSION_DENIED', 'The caller does not have permission.'],
  404: ['NOT_FOUND', 'The model is not found.'],
  429: ['RESOURCE_EXHAUSTED', 'You exceeded your current quota.'],
  503: ['UNAVAILABLE', 'The model is overloaded. Please try again later.'],
  504: ['DEADLINE_EXCEEDED', 'The request timed out.'],
};

/** Google's servers end their lines like this, in server-sent events too. */
const withCrlf = (event: string): string => event.replaceAll('\n', '\r\n');

const usageOf = (usage: FakeUsage, outputTokens: number): object => {
  const prompt = usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: outputTokens,
    totalTokenCount: prompt + outputTokens + usage.reasoningTokens,
    ...(usage.cachedInputTokens > 0 && { cachedContentTokenCount: usage.cachedInputTokens }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    ...(usage.reasoningTokens > 0 && { thoughtsTokenCount: usage.reasoningTokens }),
  };
};

const finishOf = (answer: Answer): { finishReason?: string; finishMessage?: string } => ({
  ...(answer.finish !== null && { finishReason: finishReasons[answer.finish] }),
  ...(answer.finishWord !== undefined && { finishReason: answer.finishWord }),
  ...(answer.refusal.length > 0 && { finishMessage: answer.refusal.join('') }),
});

/** One GenerateContentResponse. */
const responseOf = (answer: Answer, content: object, outputTokens: number): object => ({
  ...content,
  ...(answer.usage !== null && { usageMetadata: usageOf(answer.usage, outputTokens) }),
  modelVersion: answer.model,
  responseId: wireId('', 22, answer.number),
});

const blocked = (blockReason: string): object => ({ promptFeedback: { blockReason } });

interface Chunk {
  readonly role: Piece['role'];
  readonly data: object;
}

function chunksOf(answer: Answer): Chunk[] {
  const { usage, blockReason } = answer;
  if (blockReason !== undefined) return [{ role: 'finish', data: responseOf(answer, blocked(blockReason), 0) }];
  const { thoughts, texts, calls, last } = partsOfStream(answer);
  const outputTokens = usage?.outputTokens ?? 0;
  const toAll = (role: Piece['role'], part: object, tokens: number, more: object = {}): Chunk[] =>
    times(answer.choices, (index) => {
      const candidate = { content: { parts: [part], role: 'model' }, ...more, index };
      return { role, data: responseOf(answer, { candidates: [candidate] }, tokens) };
    });
  return [
    ...thoughts.flatMap((part) => toAll('content', part, 0)),
    ...texts.flatMap((part, at) =>
      toAll('content', part, Math.min(at + 1, outputTokens), logprobsField(answer, at, 1)),
    ),
    ...calls.flatMap((part) => toAll('content', part, outputTokens)),
    ...toAll('finish', last, outputTokens, { ...finishOf(answer), ...groundingOf(answer) }),
  ];
}

const sseOf = (data: object): string => withCrlf(dataEvent(data));
const streamOf = (answer: Answer): Piece[] => chunksOf(answer).map(({ role, data }) => ({ role, text: sseOf(data) }));

function body(answer: Answer): string {
  if (answer.blockReason !== undefined) return JSON.stringify(responseOf(answer, blocked(answer.blockReason), 0));
  const parts = partsOfBody(answer);
  const candidates = times(answer.choices, (index) => ({
    // Of an answer that was withheld there is no content at all.
    ...(parts.length > 0 && { content: { parts, role: 'model' } }),
    ...finishOf(answer),
    index,
    ...groundingOf(answer),
    ...logprobsField(answer),
  }));
  return JSON.stringify(responseOf(answer, { candidates }, answer.usage?.outputTokens ?? 0));
}

function errorOf({ status, message, type, retryAfter }: WireError): object {
  const [usualStatus, usualMessage] =
    errorStatuses[status] ??
    (status < 500
      ? ['INVALID_ARGUMENT', 'Request contains an invalid argument.']
      : ['INTERNAL', 'An internal error has occurred.']);
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` };
  return {
    error: {
      code: status,
      message: message ?? usualMessage,
      status: type ?? usualStatus,
      ...(retryAfter !== undefined && { details: [retryInfo] }),
    },
  };
}

const modelOf = (id: string): object => ({
  name: `models/${id}`,
  version: '001',
  displayName: id,
  description: 'A model of the fake provider.',
  inputTokenLimit: 1_048_576,
  outputTokenLimit: 65_536,
  supportedGenerationMethods: ['generateContent', 'countTokens', 'embedContent', 'batchEmbedContents'],
});

const overloaded = errorOf({ status: 503 });
const textChunk = ({ answer }: StreamPlace, text: string): object =>
  responseOf(answer, { candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0 }] }, 1);

/** Google's Gemini API as its server writes it: https://ai.google.dev/api/generate-content */
export const geminiWire: Wire = {
  dialect: 'gemini',
  stream: streamOf,
  body,
  endlessStream: (answer) => streamOf({ ...answer, finish: null, finishWord: undefined }),
  errorBody: (error) => JSON.stringify(errorOf(error)),
  failedBody: () => JSON.stringify(errorOf({ status: 500 })),
  errorEvents: () => sseOf(overloaded),
  brokenEvent: (place) => withCrlf(breakEvent(dataEvent(textChunk(place, 'BROKEN')))),
  strayEvent: (place) => sseOf(textChunk(place, 'GARBAGE')),
  headers: () => ({
    vary: 'Origin, X-Origin, Referer',
    server: 'scaffolding on HTTPServer2',
    'server-timing': 'dur=12',
  }),
  models(ids, query) {
    const { page, after } = pageOf(ids, {
      size: query.get('pageSize') ?? '50',
      after: query.get('pageToken'),
      before: null,
    });
    return JSON.stringify({ models: page.map(modelOf), ...(after && { nextPageToken: page.at(-1) }) });
  },
  model: (id) => JSON.stringify(modelOf(id)),
};

/** One element of a JSON array, behind `index` others. */
const elementOf = (data: object, index: number): string => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(data)}`;
const CLOSED: Piece = { role: 'terminal', text: ']' };

const arrayOf = (answer: Answer): Piece[] => [
  ...chunksOf(answer).map(({ role, data }, index) => ({ role, text: elementOf(data, index) })),
  CLOSED,
];

/** The same without `alt=sse`: a JSON array that grows. */
export const geminiArrayWire: Wire = {
  ...geminiWire,
  stream: arrayOf,
  endlessStream: (answer) => arrayOf({ ...answer, finish: null, finishWord: undefined }),
  errorBody: (error) => JSON.stringify([errorOf(error)]),
  errorEvents: ({ index }) => `${elementOf(overloaded, index)}]`,
  brokenEvent: (place) => elementOf(textChunk(place, 'BROKEN'), place.index).slice(0, -3),
  strayEvent: (place) => elementOf(textChunk(place, 'GARBAGE'), place.index),
};
