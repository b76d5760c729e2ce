import type { FinishReason } from '@claudette/core';

import { blocksOf } from './anthropic-blocks.js';
import type { Answer, FakeUsage } from './answer.js';
import { pageOf } from './page-of.js';
import { breakEvent, piecesWithout, typedEvent, wireId } from './wire.js';
import type { Piece, Typed, Wire, WireError } from './wire.js';

const stopReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  'context-length': 'model_context_window_exceeded',
};

const errorTypes: Readonly<Record<number, readonly [type: string, message: string]>> = {
  401: ['authentication_error', 'invalid x-api-key'],
  402: ['billing_error', 'Your credit balance is too low.'],
  403: ['permission_error', 'Your API key may not use this resource.'],
  404: ['not_found_error', 'model: not found'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  429: ['rate_limit_error', 'This request would exceed your rate limit.'],
  504: ['timeout_error', 'The request timed out.'],
  529: ['overloaded_error', 'Overloaded'],
};

const content = (data: Typed): Piece => ({ role: 'content', text: typedEvent(data) });

const usageOf = (usage: FakeUsage, outputTokens: number): object => ({
  input_tokens: usage.inputTokens,
  cache_creation_input_tokens: usage.cacheWriteTokens,
  cache_read_input_tokens: usage.cachedInputTokens,
  cache_creation: { ephemeral_5m_input_tokens: usage.cacheWriteTokens, ephemeral_1h_input_tokens: 0 },
  output_tokens: outputTokens,
  ...(usage.reasoningTokens > 0 && { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
  service_tier: 'standard',
});
const totalOutput = (usage: FakeUsage): number => usage.outputTokens + usage.reasoningTokens;

const stopReasonOf = ({ finish, finishWord, stopSequence }: Answer): string | null => {
  if (finishWord !== undefined || finish === null) return finishWord ?? null;
  return stopSequence === undefined ? stopReasons[finish] : 'stop_sequence';
};

const stopOf = (answer: Answer): object => ({
  stop_reason: stopReasonOf(answer),
  stop_sequence: answer.stopSequence ?? null,
  ...(answer.finish === 'refusal' && { stop_details: { type: 'refusal', category: null, explanation: null } }),
});

const envelope = (answer: Answer, message: object): object => ({
  id: wireId('msg_01', 22, answer.number),
  type: 'message',
  role: 'assistant',
  model: answer.model,
  ...message,
});

function stream(answer: Answer): Piece[] {
  const { usage } = answer;
  const empty = { content: [], stop_reason: null, stop_sequence: null };
  const begun = envelope(answer, { ...empty, ...(usage !== null && { usage: usageOf(usage, 1) }) });
  const ping: Piece = { role: 'preamble', text: typedEvent({ type: 'ping' }) };

  const blockPieces = blocksOf(answer).flatMap((block, index): Piece[] => {
    const start = { type: 'content_block_start', index, content_block: block.start };
    return [
      { role: block.startsAsContent ? 'content' : 'preamble', text: typedEvent(start) },
      ...(index === 0 ? [ping] : []),
      ...block.deltas.map((delta) => content({ type: 'content_block_delta', index, delta })),
      content({ type: 'content_block_stop', index }),
    ];
  });
  const end = {
    type: 'message_delta',
    delta: stopOf(answer),
    ...(usage !== null && { usage: usageOf(usage, totalOutput(usage)) }),
  };
  return [
    { role: 'preamble', text: typedEvent({ type: 'message_start', message: begun }) },
    ...blockPieces,
    { role: 'finish', text: typedEvent(end) },
    { role: 'terminal', text: typedEvent({ type: 'message_stop' }) },
  ];
}

const body = (answer: Answer): string =>
  JSON.stringify(
    envelope(answer, {
      content: blocksOf(answer).map((block) => block.whole),
      ...stopOf(answer),
      ...(answer.usage !== null && { usage: usageOf(answer.usage, totalOutput(answer.usage)) }),
    }),
  );

const requestId = (callNumber: number): string => wireId('req_01', 22, callNumber);

function errorBody({ status, message, type }: WireError, callNumber: number): string {
  const [usualType, usualMessage] =
    errorTypes[status] ??
    (status < 500 ? ['invalid_request_error', 'The request is not valid.'] : ['api_error', 'Internal server error']);
  return JSON.stringify({
    type: 'error',
    error: { type: type ?? usualType, message: message ?? usualMessage },
    request_id: requestId(callNumber),
  });
}

const modelOf = (id: string): object => ({
  type: 'model',
  id,
  display_name: id,
  created_at: '2026-01-01T00:00:00Z',
  lifecycle: 'active',
});

const textDelta = (text: string): Typed => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
});

/** Anthropic's Messages API as its server writes it: https://docs.anthropic.com/en/api/messages-streaming */
export const anthropicWire: Wire = {
  dialect: 'anthropic-messages',
  stream,
  body,
  endlessStream: (answer) => piecesWithout(stream(answer), 'terminal'),
  errorBody,
  failedBody: ({ number }) => errorBody({ status: 500 }, number),
  errorEvents: () => typedEvent({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
  brokenEvent: () => breakEvent(typedEvent(textDelta('BROKEN'))),
  strayEvent: () => typedEvent(textDelta('GARBAGE')),
  headers: (callNumber) => ({
    'request-id': requestId(callNumber),
    'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': String(Math.max(0, 4_000 - callNumber)),
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:00Z',
    'anthropic-ratelimit-tokens-limit': '2000000',
    'anthropic-ratelimit-tokens-remaining': '1999000',
    'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:00Z',
  }),
  models(ids, query) {
    const { page, before, after } = pageOf(ids, {
      size: query.get('limit') ?? '20',
      after: query.get('after_id'),
      before: query.get('before_id'),
    });
    return JSON.stringify({
      data: page.map(modelOf),
      has_more: query.has('before_id') ? before : after,
      first_id: page[0] ?? null,
      last_id: page.at(-1) ?? null,
    });
  },
  model: (id) => JSON.stringify(modelOf(id)),
};
