import type { Anthropic } from '@anthropic-ai/sdk';
import type { DialectId, FinishReason } from '@claudette/core';
import type { FinishReason as GeminiFinishReason } from '@google/genai';
import type OpenAI from 'openai';

import type { Pair } from './pair.js';

/** How each client hears of each end. Where a dialect has no word of its own, it hears the nearest. */
const seenAs: Readonly<Record<DialectId, Readonly<Record<FinishReason, string>>>> = {
  'openai-chat': {
    stop: 'stop',
    length: 'length',
    'tool-calls': 'tool_calls',
    'content-filter': 'content_filter',
    refusal: 'stop',
    pause: 'stop',
    'context-length': 'length',
  },
  'openai-responses': {
    stop: 'completed',
    length: 'incomplete: max_output_tokens',
    'tool-calls': 'completed',
    'content-filter': 'incomplete: content_filter',
    refusal: 'completed',
    pause: 'completed',
    'context-length': 'incomplete: max_output_tokens',
  },
  'anthropic-messages': {
    stop: 'end_turn',
    length: 'max_tokens',
    'tool-calls': 'tool_use',
    'content-filter': 'refusal',
    refusal: 'refusal',
    pause: 'pause_turn',
    'context-length': 'model_context_window_exceeded',
  },
  gemini: {
    stop: 'STOP',
    length: 'MAX_TOKENS',
    'tool-calls': 'STOP',
    'content-filter': 'SAFETY',
    refusal: 'SAFETY',
    pause: 'STOP',
    'context-length': 'MAX_TOKENS',
  },
};

/** The word for an end in a client's dialect. */
export const finishWord = (client: DialectId, reason: FinishReason): string => seenAs[client][reason];

/** Ends that a dialect has no word for: they are listed as lost. */
const unsaid: Readonly<Record<DialectId, readonly FinishReason[]>> = {
  'openai-chat': ['pause', 'context-length'],
  'openai-responses': ['pause', 'context-length'],
  'anthropic-messages': [],
  gemini: ['refusal', 'pause', 'context-length'],
};

/** What a client is told that it was not told of an end. */
export const finishLosses = ({ client, backend }: Pair, reason: FinishReason): string[] =>
  client !== backend && unsaid[client].includes(reason) ? ['finish.reason'] : [];

type ChatReason = OpenAI.ChatCompletion.Choice['finish_reason'];
type ResponsesReason = NonNullable<OpenAI.Responses.Response.IncompleteDetails['reason']>;

/** Every word by which each vendor says why it stopped, and what it means; `fault` is no end at all. */
export const vendorWords: Readonly<Record<DialectId, Readonly<Record<string, FinishReason | 'fault'>>>> = {
  'openai-chat': {
    stop: 'stop',
    length: 'length',
    tool_calls: 'tool-calls',
    content_filter: 'content-filter',
    function_call: 'tool-calls',
  } satisfies Record<ChatReason, FinishReason>,
  'openai-responses': {
    max_output_tokens: 'length',
    content_filter: 'content-filter',
    failed: 'fault',
  } satisfies Record<ResponsesReason | 'failed', FinishReason | 'fault'>,
  'anthropic-messages': {
    end_turn: 'stop',
    max_tokens: 'length',
    stop_sequence: 'stop',
    tool_use: 'tool-calls',
    pause_turn: 'pause',
    refusal: 'refusal',
    model_context_window_exceeded: 'context-length',
  } satisfies Record<Anthropic.StopReason, FinishReason>,
  gemini: {
    STOP: 'stop',
    MAX_TOKENS: 'length',
    SAFETY: 'content-filter',
    RECITATION: 'content-filter',
    LANGUAGE: 'content-filter',
    BLOCKLIST: 'content-filter',
    PROHIBITED_CONTENT: 'content-filter',
    SPII: 'content-filter',
    IMAGE_SAFETY: 'content-filter',
    IMAGE_PROHIBITED_CONTENT: 'content-filter',
    IMAGE_RECITATION: 'content-filter',
    CONTINUATION: 'length',
    OTHER: 'fault',
    MALFORMED_FUNCTION_CALL: 'fault',
    UNEXPECTED_TOOL_CALL: 'fault',
    TOO_MANY_TOOL_CALLS: 'fault',
    NO_IMAGE: 'fault',
    IMAGE_OTHER: 'fault',
    FINISH_REASON_UNSPECIFIED: 'fault',
  } satisfies Record<`${GeminiFinishReason}`, FinishReason | 'fault'>,
};

/** The same dialect on both sides: the vendor's word passes as it is. */
export const finishSeen = ({ client, backend }: Pair, reason: FinishReason, word: string): string => {
  if (client !== backend) return finishWord(client, reason);
  const isDetail = client === 'openai-responses' && word !== 'completed';
  return isDetail ? `incomplete: ${word}` : word;
};
