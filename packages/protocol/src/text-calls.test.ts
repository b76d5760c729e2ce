import { describe, expect, it } from '@jest/globals';
import type { ChatEvent, Tool } from '@claudette/core';

import { restoreTextCalls, textToolParameters, toTextArguments } from './text-calls.js';

const tools: Tool[] = [{ name: 'patch', takesText: {} }, { name: 'look_up' }];

const call = (name: string, ...pieces: string[]): ChatEvent[] => [
  { type: 'tool-call-start', block: 1, id: 'c', name },
  ...pieces.map((piece): ChatEvent => ({ type: 'tool-call-delta', block: 1, arguments: piece })),
  { type: 'tool-call-end', block: 1 },
];

const textCall = (...pieces: string[]): ChatEvent[] =>
  call('patch', ...pieces).map((event) => (event.type === 'tool-call-start' ? { ...event, takesText: true } : event));

const restore = (...events: ChatEvent[]): ChatEvent[] => events.flatMap(restoreTextCalls(tools));

describe('a call of a tool that takes text', () => {
  it('gets its text back from the arguments of a function', () => {
    const written = toTextArguments('*** Begin\n"ü"');
    expect(restore(...call('patch', written.slice(0, 5), written.slice(5)))).toEqual(textCall('*** Begin\n"ü"'));
  });

  it('begins at once', () => {
    const [start] = call('patch');
    expect(start && restoreTextCalls(tools)(start)).toEqual([textCall()[0]]);
  });

  it.each(['{"input":5}', '{"input":"a","b":1}', '{}', '{"input":"cut', 'null', '[]', 'plain'])(
    'has its arguments as they are when they are not a text: %s',
    (written) => {
      expect(restore(...call('patch', written))).toEqual(textCall(written));
    },
  );

  it.each(['', '{"input":""}'])('may have no text: %p', (written) => {
    expect(restore(...call('patch', written))).toEqual(textCall());
  });

  it('is left alone when the backend knows such tools', () => {
    const events = textCall('{"input":"a"}');
    expect(restore(...events)).toEqual(events);
  });

  it('is not mixed up with another that overlaps it', () => {
    const other: ChatEvent[] = [
      { type: 'tool-call-start', block: 2, id: 'd', name: 'look_up' },
      { type: 'tool-call-delta', block: 2, arguments: '{"input":"b"}' },
      { type: 'tool-call-end', block: 2 },
    ];
    const [start, ...rest] = call('patch', '{"input":"a"}');
    expect(restore(start as ChatEvent, ...other, ...rest)).toEqual([
      textCall()[0],
      ...other,
      ...textCall('a').slice(1),
    ]);
  });
});

describe('every other event', () => {
  const events: ChatEvent[] = [...call('look_up', '{"input":"a"}'), { type: 'text-start', block: 2 }];

  it('passes as it is', () => {
    const restored = restore(...events);
    expect(restored.every((event, index) => event === events[index])).toBe(true);
    expect(restored).toHaveLength(events.length);
  });

  it('passes through one and the same function when no tool takes text', () => {
    expect(restoreTextCalls([{ name: 'look_up' }])).toBe(restoreTextCalls([]));
    expect(events.flatMap(restoreTextCalls([]))).toEqual(events);
  });
});

describe('a tool that takes text, as a function', () => {
  it('has one argument, the text', () => {
    expect(textToolParameters).toEqual({
      type: 'object',
      properties: { input: { type: 'string' } },
      required: ['input'],
    });
  });
});
