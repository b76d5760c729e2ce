import type { ChatEvent } from '@claudette/core';

import { createEventDecoder } from '../decode-events.js';

/** Events of the wire and what they mean, for the tests of decoders. */
export const frames = (...events: unknown[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''));

export const decode = (...events: unknown[]): ChatEvent[] => createEventDecoder().push(frames(...events));

/** Without the `start` that each stream has. */
export const decodeRest = (...events: unknown[]): ChatEvent[] => decode(...events).slice(1);

export const created = { type: 'response.created', response: { id: 'resp_1', model: 'm' } };
export const end = (fields: object = {}, type = 'response.completed'): object => ({ type, response: { ...fields } });
export const added = (item: object, index = 0): object => ({
  type: 'response.output_item.added',
  output_index: index,
  item,
});
export const done = (item: object, index = 0): object => ({
  type: 'response.output_item.done',
  output_index: index,
  item,
});

/** An event within a part of the first item. */
export const inPart = (type: string, fields: object, index = 0): object => ({
  type: `response.${type}`,
  output_index: 0,
  content_index: index,
  ...fields,
});

export const message = { type: 'message', id: 'msg_1', content: [] };
export const text = (words: string): object => ({ type: 'output_text', text: words });
export const saidText = (words: string): object => ({ ...message, content: [text(words)] });
export const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f' };

export const hello: readonly ChatEvent[] = [
  { type: 'text-start', block: 0 },
  { type: 'text-delta', block: 0, text: 'hello' },
  { type: 'text-end', block: 0 },
];
export const thought: readonly ChatEvent[] = [
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0 },
];
export const called: readonly ChatEvent[] = [
  { type: 'tool-call-start', block: 0, id: 'call_1', name: 'f' },
  { type: 'tool-call-delta', block: 0, arguments: '{}' },
  { type: 'tool-call-end', block: 0 },
];
export const stop: ChatEvent = { type: 'finish', reason: 'stop' };
