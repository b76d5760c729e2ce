import type { ChatEvent, Loss } from '@claudette/core';

import type { ReplyContext } from '../../codec.js';
import type { JsonObject } from '../../json/fields.js';
import { asObject, parseReply } from '../../json/parse-reply.js';
import { parseFrames } from '../../sse/frames.js';
import { createEventEncoder } from '../encode-events.js';

/** Canonical events and how they are written, for the tests of encoders. */
export const context: ReplyContext = { streamUsage: true, tools: [], createdAtSeconds: 1_700_000_000 };
export const start: Extract<ChatEvent, { type: 'start' }> = { type: 'start', id: 'chatcmpl-1', model: 'm' };
export const finish: ChatEvent = { type: 'finish', reason: 'stop' };

export const encode = (
  events: readonly ChatEvent[],
  given: Partial<ReplyContext> = {},
): { readonly names: unknown[]; readonly data: JsonObject[]; readonly losses: readonly Loss[] } => {
  const encoder = createEventEncoder({ ...context, ...given });
  const frames = parseFrames(Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]));
  return {
    names: frames.map(({ event }) => event),
    data: frames.map(({ data }) => parseReply(data)),
    losses: encoder.losses,
  };
};

/** The events between `response.in_progress` and the end, by their names without `response.`. */
export const between = (events: readonly ChatEvent[], given: Partial<ReplyContext> = {}): JsonObject[] =>
  encode([start, ...events, finish], given)
    .data.slice(2, -1)
    .map((event) => ({ ...event, type: String(event['type']).replace('response.', ''), sequence_number: undefined }));

export const lastResponse = (events: readonly ChatEvent[]): JsonObject | undefined =>
  asObject(encode(events).data.at(-1)?.['response']);

export const block = (kind: 'text' | 'reasoning' | 'refusal', number: number, words: string): ChatEvent[] => [
  { type: `${kind}-start`, block: number },
  { type: `${kind}-delta`, block: number, text: words },
  { type: `${kind}-end`, block: number },
];

export const call = (number: number, fields: object = {}): ChatEvent[] => [
  { type: 'tool-call-start', block: number, id: `call_${number}`, name: 'f', ...fields },
  { type: 'tool-call-delta', block: number, arguments: '{}' },
  { type: 'tool-call-end', block: number },
];
