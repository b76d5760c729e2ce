import type { ChatEvent } from '@claudette/core';
import { expect } from '@jest/globals';

import { createEventEncoder } from '../encode-events.js';

export type Wire = { readonly type: string; readonly [key: string]: unknown };

const parse = (bytes: Uint8Array): Wire[] =>
  Buffer.from(bytes)
    .toString()
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [, name, data] = /^event: (\S+)\ndata: (.*)$/.exec(frame) ?? [];
      const event = JSON.parse(data ?? '') as Wire;
      expect(event.type).toBe(name);
      return event;
    });

/** What each event writes, then what the end writes. */
export const encodeEach = (...events: ChatEvent[]): Wire[][] => {
  const encoder = createEventEncoder();
  return [...events.map((event) => parse(encoder.push(event))), parse(encoder.end())];
};
export const encode = (...events: ChatEvent[]): Wire[] => encodeEach(...events).flat();

export const start = { type: 'start', id: 'msg_1', model: 'gpt' } as const satisfies ChatEvent;
export const finish = { type: 'finish', reason: 'stop' } as const satisfies ChatEvent;
export const call = (block: number): ChatEvent => ({ type: 'tool-call-start', block, id: `call_${block}`, name: 'f' });
export const args = (block: number, text: string): ChatEvent => ({ type: 'tool-call-delta', block, arguments: text });
export const callEnd = (block: number): ChatEvent => ({ type: 'tool-call-end', block });

export const blockStop = (index: number) => ({ type: 'content_block_stop', index });
export const inputDelta = (index: number, partial_json: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
});
export const toolStart = (index: number, id: string) => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'tool_use', id, name: 'f', input: {}, caller: { type: 'direct' } },
});
