import type { FinishReason } from '@claudette/core';

import type { Answer, FakeCitation, FakeToolCall, FakeUsage } from './answer.js';
import {
  ARGUMENTS_DELTA_CHARACTERS,
  callIdOf,
  EPOCH_SECONDS,
  openaiErrorBody,
  openaiPlatform,
} from './openai-platform.js';
import { logprobsOf, openaiLogprob } from './token-logprobs.js';
import type { FakeLogprob } from './token-logprobs.js';
import { breakEvent, dataEvent, piecesWithout, splitEvery, times, wireId } from './wire.js';
import type { Piece, StreamPlace, Wire } from './wire.js';

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'stop',
  pause: 'stop',
  'context-length': 'length',
};

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

const finishOf = (answer: Answer): string | null =>
  answer.finishWord ?? (answer.finish === null ? null : finishReasons[answer.finish]);

const envelope = (answer: Answer, object: string): object => ({
  id: wireId('chatcmpl-', 29, answer.number),
  object,
  created: EPOCH_SECONDS + answer.number,
  model: answer.model,
  service_tier: 'default',
  system_fingerprint: 'fp_fake000001',
});

/** A call with its arguments, or with the part of them that a delta brings. */
const payloadOf = (call: FakeToolCall, name: { name: string } | undefined, part: string): object =>
  call.takesText === true ? { custom: { ...name, input: part } } : { function: { ...name, arguments: part } };

const toolCallOf = (answer: Answer, call: FakeToolCall, index: number, part: string): object => ({
  id: callIdOf(answer, index),
  type: call.takesText === true ? 'custom' : 'function',
  ...payloadOf(call, { name: call.name }, part),
});

const toolCallDeltas = (answer: Answer): object[] =>
  answer.toolCalls.flatMap((call, index) => [
    { tool_calls: [{ index, ...toolCallOf(answer, call, index, '') }] },
    ...splitEvery(call.arguments, ARGUMENTS_DELTA_CHARACTERS).map((part) => ({
      tool_calls: [{ index, ...payloadOf(call, undefined, part) }],
    })),
  ]);

const annotationOf = (citation: FakeCitation, text: string): object => ({
  type: 'url_citation',
  url_citation: {
    start_index: citation.startIndex ?? 0,
    end_index: citation.endIndex ?? text.length,
    title: citation.title,
    url: citation.url,
  },
});

const annotationsOf = (answer: Answer): object[] =>
  answer.citations.map((citation) => annotationOf(citation, answer.text.join('')));

const logprobsField = (tokens: readonly FakeLogprob[] | undefined): object | null =>
  tokens === undefined ? null : { content: tokens.map(openaiLogprob), refusal: null };

function stream(answer: Answer): Piece[] {
  const chunk = (choices: readonly object[], usage: object | null = null): string =>
    dataEvent({
      ...envelope(answer, 'chat.completion.chunk'),
      choices,
      ...(answer.includeUsage && { usage }),
    });
  const toAll = (
    role: Piece['role'],
    delta: object,
    { finish = null, logprobs = null }: { finish?: string | null; logprobs?: object | null } = {},
  ): Piece[] =>
    times(answer.choices, (index) => ({ role, text: chunk([{ index, delta, logprobs, finish_reason: finish }]) }));
  const speaks = answer.text.length > 0;
  const annotations = annotationsOf(answer);
  const tokens = logprobsOf(answer.text, answer.topLogprobs);

  return [
    ...toAll('preamble', { role: 'assistant', content: speaks ? '' : null, refusal: null }),
    ...answer.reasoning.flatMap((reasoning_content) => toAll('content', { reasoning_content })),
    ...answer.text.flatMap((content, at) =>
      toAll('content', { content }, { logprobs: logprobsField(tokens?.slice(at, at + 1)) }),
    ),
    ...(annotations.length > 0 ? toAll('content', { annotations }) : []),
    ...answer.refusal.flatMap((refusal) => toAll('content', { refusal })),
    ...toolCallDeltas(answer).flatMap((delta) => toAll('content', delta)),
    ...toAll('finish', {}, { finish: finishOf(answer) }),
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
    annotations: annotationsOf(answer),
    ...(answer.toolCalls.length > 0 && {
      tool_calls: answer.toolCalls.map((call, index) => toolCallOf(answer, call, index, call.arguments)),
    }),
  };
  const logprobs = logprobsField(logprobsOf(answer.text, answer.topLogprobs));
  return JSON.stringify({
    ...envelope(answer, 'chat.completion'),
    choices: times(answer.choices, (index) => ({ index, message, logprobs, finish_reason: finishOf(answer) })),
    ...(answer.usage !== null && { usage: usageOf(answer.usage) }),
  });
}

const contentChunk = ({ answer }: StreamPlace, content: string): object => ({
  ...envelope(answer, 'chat.completion.chunk'),
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
});
const failure = openaiErrorBody({ status: 500 });

/** OpenAI's Chat Completions as its server writes it: https://platform.openai.com/docs/api-reference/chat */
export const openaiWire: Wire = {
  dialect: 'openai-chat',
  ...openaiPlatform,
  stream,
  body,
  endlessStream: (answer) => piecesWithout(stream(answer), 'finish'),
  failedBody: () => failure,
  errorEvents: () => `data: ${failure}\n\n`,
  brokenEvent: (place) => breakEvent(dataEvent(contentChunk(place, 'BROKEN'))),
  strayEvent: (place) => dataEvent(contentChunk(place, 'GARBAGE')),
};
