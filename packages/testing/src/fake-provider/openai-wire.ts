import type { FinishReason } from '@claudette/core';

import type { Answer, FakeUsage } from './answer.js';
import { splitEvery, wireId } from './wire.js';
import type { Piece, Wire, WireError } from './wire.js';

const ARGUMENTS_DELTA_CHARACTERS = 8;
const EPOCH_SECONDS = 1_750_000_000;

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'stop',
  pause: 'stop',
  'context-length': 'length',
};

const errorTypes: Readonly<Record<number, { type: string; code?: string; message: string }>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided: sk-fake.' },
  403: { type: 'invalid_request_error', code: 'unsupported_country_region_territory', message: 'Not allowed here.' },
  404: { type: 'invalid_request_error', code: 'model_not_found', message: 'The model does not exist.' },
  429: { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached for requests.' },
};
const callerError = { type: 'invalid_request_error', message: 'The request is not valid.' };
const serverError = { type: 'server_error', message: 'The server had an error while processing your request.' };

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const usageOf = (usage: FakeUsage): object => {
  const prompt = usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens;
  const completion = usage.outputTokens + usage.reasoningTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
};

const finishOf = (answer: Answer): string | null => (answer.finish === null ? null : finishReasons[answer.finish]);

const envelope = (answer: Answer, object: string): object => ({
  id: wireId('chatcmpl-', 29, answer.number),
  object,
  created: EPOCH_SECONDS + answer.number,
  model: answer.model,
  service_tier: 'default',
  system_fingerprint: 'fp_fake000001',
});

const toolCallDeltas = (answer: Answer): object[] =>
  answer.toolCalls.flatMap((call, index) => [
    {
      tool_calls: [
        {
          index,
          id: wireId('call_', 24, answer.number, index),
          type: 'function',
          function: { name: call.name, arguments: '' },
        },
      ],
    },
    ...splitEvery(call.arguments, ARGUMENTS_DELTA_CHARACTERS).map((part) => ({
      tool_calls: [{ index, function: { arguments: part } }],
    })),
  ]);

function stream(answer: Answer): Piece[] {
  const chunk = (choices: readonly object[], usage: object | null = null): string =>
    event({
      ...envelope(answer, 'chat.completion.chunk'),
      choices,
      ...(answer.includeUsage && { usage }),
    });
  const toAll = (role: Piece['role'], delta: object, finish: string | null = null): Piece[] =>
    times(answer.choices, (index) => ({
      role,
      text: chunk([{ index, delta, logprobs: null, finish_reason: finish }]),
    }));
  const speaks = answer.text.length > 0;

  return [
    ...toAll('preamble', { role: 'assistant', content: speaks ? '' : null, refusal: null }),
    ...answer.reasoning.flatMap((reasoning_content) => toAll('content', { reasoning_content })),
    ...answer.text.flatMap((content) => toAll('content', { content })),
    ...answer.refusal.flatMap((refusal) => toAll('content', { refusal })),
    ...toolCallDeltas(answer).flatMap((delta) => toAll('content', delta)),
    ...toAll('finish', {}, finishOf(answer)),
    ...(answer.includeUsage && answer.usage !== null
      ? [{ role: 'terminal', text: chunk([], usageOf(answer.usage)) } as const]
      : []),
    { role: 'terminal', text: 'data: [DONE]\n\n' },
  ];
}

function body(answer: Answer): string {
  const message = {
    role: 'assistant',
    content: answer.text.length > 0 ? answer.text.join('') : null,
    ...(answer.reasoning.length > 0 && { reasoning_content: answer.reasoning.join('') }),
    refusal: answer.refusal.length > 0 ? answer.refusal.join('') : null,
    annotations: [],
    ...(answer.toolCalls.length > 0 && {
      tool_calls: answer.toolCalls.map((call, index) => ({
        id: wireId('call_', 24, answer.number, index),
        type: 'function',
        function: call,
      })),
    }),
  };
  return JSON.stringify({
    ...envelope(answer, 'chat.completion'),
    choices: times(answer.choices, (index) => ({ index, message, logprobs: null, finish_reason: finishOf(answer) })),
    ...(answer.usage !== null && { usage: usageOf(answer.usage) }),
  });
}

function errorBody({ status, message, type, code, param }: WireError): string {
  const usual: { type: string; code?: string; message: string } =
    errorTypes[status] ?? (status < 500 ? callerError : serverError);
  return JSON.stringify({
    error: {
      message: message ?? usual.message,
      type: type ?? usual.type,
      param: param ?? null,
      code: code ?? usual.code ?? null,
    },
  });
}

const modelOf = (id: string): object => ({ id, object: 'model', created: EPOCH_SECONDS, owned_by: 'fake' });
const contentChunk = (content: string): object => ({
  id: wireId('chatcmpl-', 29, 0),
  object: 'chat.completion.chunk',
  created: EPOCH_SECONDS,
  model: 'fake',
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
});

/** OpenAI's Chat Completions as its server writes it: https://platform.openai.com/docs/api-reference/chat */
export const openaiWire: Wire = {
  dialect: 'openai-chat',
  stream,
  body,
  errorBody,
  errorEvent: () => `data: ${errorBody({ status: 500 })}\n\n`,
  brokenEvent: () => `data: ${JSON.stringify(contentChunk('BROKEN')).slice(0, -12)}\n\n`,
  strayEvent: () => event(contentChunk('GARBAGE')),
  headers: (callNumber) => ({
    'x-request-id': wireId('req_', 32, callNumber),
    'openai-version': '2020-10-01',
    'openai-organization': 'org-fake',
    'openai-processing-ms': '12',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-requests': String(Math.max(0, 10_000 - callNumber)),
    'x-ratelimit-remaining-tokens': '1999000',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-reset-tokens': '30ms',
  }),
  models: (ids) => JSON.stringify({ object: 'list', data: ids.map(modelOf) }),
  model: (id) => JSON.stringify(modelOf(id)),
};
