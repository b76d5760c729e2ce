import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import { parseFrames } from '../sse/frames.js';
import { createEventEncoder } from './encode-events.js';

const encode = (
  events: readonly ChatEvent[],
  streamUsage = false,
): { data: unknown[]; losses: readonly { path: string }[] } => {
  const encoder = createEventEncoder({ streamUsage, createdAtSeconds: 1_700_000_000 });
  const frames = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
  const data = parseFrames(frames).map((frame) => (frame.data === '[DONE]' ? frame.data : JSON.parse(frame.data)));
  return { data, losses: encoder.losses };
};

const deltas = (events: readonly ChatEvent[]): unknown[] =>
  encode(events).data.flatMap(
    (chunk) => (chunk as { choices?: { delta: unknown }[] }).choices?.map(({ delta }) => delta) ?? [],
  );

const start: ChatEvent = { type: 'start', id: 'r', model: 'm' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };
const role = { role: 'assistant', content: '', refusal: null };

describe('an encoded stream', () => {
  it('has a role, deltas, a finish and [DONE]', () => {
    const chunk = (delta: object, reason: string | null): object => ({
      id: 'r',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'm',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    });
    const text: ChatEvent[] = [
      { type: 'text-start', block: 0 },
      { type: 'text-delta', block: 0, text: 'hi\n' },
      { type: 'text-end', block: 0 },
    ];
    expect(encode([start, ...text, finish]).data).toEqual([
      chunk(role, null),
      chunk({ content: 'hi\n' }, null),
      chunk({}, 'stop'),
      '[DONE]',
    ]);
  });

  it.each([
    ['before', [start, { type: 'usage', usage: { ...noUsage, inputTokens: 3 } }, finish]],
    ['behind', [start, finish, { type: 'usage', usage: { ...noUsage, inputTokens: 3 } }]],
    ['at the start, and no later,', [{ ...start, usage: { ...noUsage, inputTokens: 3 } }, finish]],
  ] as [string, ChatEvent[]][])('has the usage behind the finish when it came %s', (_, events) => {
    const { data } = encode(events, true);
    expect(data.slice(1)).toEqual([
      expect.objectContaining({ usage: null, choices: [expect.objectContaining({ finish_reason: 'stop' })] }),
      expect.objectContaining({ choices: [], usage: expect.objectContaining({ prompt_tokens: 3, total_tokens: 3 }) }),
      '[DONE]',
    ]);
  });

  it('has no usage that the client did not ask for', () => {
    const { data } = encode([start, finish, { type: 'usage', usage: noUsage }]);
    expect(data).toHaveLength(3);
    expect(data[0]).not.toHaveProperty('usage');
  });

  it('has no usage that is not known', () => {
    expect(encode([start, finish], true).data).toHaveLength(3);
  });

  it('has reasoning and refusals in fields of their own', () => {
    const events: ChatEvent[] = [
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'hm' },
      { type: 'reasoning-end', block: 0 },
      { type: 'refusal-start', block: 1 },
      { type: 'refusal-delta', block: 1, text: 'No.' },
      { type: 'refusal-end', block: 1 },
    ];
    expect(deltas([start, ...events, { type: 'finish', reason: 'refusal' }])).toEqual([
      role,
      { reasoning_content: 'hm' },
      { refusal: 'No.' },
      {},
    ]);
  });

  it('gives a refusal without words some', () => {
    expect(deltas([start, { type: 'finish', reason: 'refusal' }]).at(-1)).toEqual({
      refusal: 'The model declined to answer.',
    });
  });

  it('numbers tool calls by themselves, also when they overlap', () => {
    const events: ChatEvent[] = [
      { type: 'tool-call-start', block: 3, id: 'a', name: 'f' },
      { type: 'tool-call-start', block: 4, id: 'b', name: 'g' },
      { type: 'tool-call-delta', block: 4, arguments: '{}' },
      { type: 'tool-call-delta', block: 3, arguments: '[]' },
      { type: 'tool-call-end', block: 3 },
      { type: 'tool-call-end', block: 4 },
    ];
    expect(deltas([start, ...events, { type: 'finish', reason: 'tool-calls' }]).slice(1, -1)).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '[]' } }] },
    ]);
  });

  it.each([
    ['stop', 'stop', []],
    ['length', 'length', []],
    ['tool-calls', 'tool_calls', []],
    ['content-filter', 'content_filter', []],
    ['refusal', 'stop', []],
    ['pause', 'stop', ['finish.reason']],
    ['context-length', 'length', ['finish.reason']],
  ] as const)('finishes with %s as %s', (reason, wire, lost) => {
    const { data, losses } = encode([start, { type: 'finish', reason }]);
    expect(data.at(-2)).toMatchObject({ choices: [{ finish_reason: wire }] });
    expect(losses.map(({ path }) => path)).toEqual(lost);
  });

  it('lists what it cannot carry', () => {
    const { losses } = encode([
      start,
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-end', block: 0, signature: 's' },
      { type: 'reasoning-start', block: 1 },
      { type: 'reasoning-end', block: 1, redactedData: 'x' },
      { type: 'reasoning-start', block: 2 },
      { type: 'reasoning-end', block: 2 },
      { type: 'foreign', path: 'content[3]', value: {} },
      { type: 'finish', reason: 'stop', stopSequence: 'END' },
    ]);
    expect(losses.map(({ path }) => path)).toEqual([
      'reasoning.signature',
      'reasoning',
      'content[3]',
      'finish.stopSequence',
    ]);
  });

  it.each([
    [
      'whose block is of another type',
      [start, { type: 'text-start', block: 0 }, { type: 'reasoning-delta', block: 0, text: 'a' }],
    ],
    ['whose block was not opened', [start, { type: 'text-delta', block: 0, text: 'a' }]],
    [
      'whose block is closed',
      [
        start,
        { type: 'text-start', block: 0 },
        { type: 'text-end', block: 0 },
        { type: 'text-delta', block: 0, text: 'a' },
      ],
    ],
  ] as [string, ChatEvent[]][])('cannot have a delta %s', (_, events) => {
    expect(() => encode(events)).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('does not end before its finish', () => {
    expect(() => encode([start])).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it.each([
    ['t', 't'],
    [undefined, 'server_error'],
  ])("has the provider's fault of the type %s as an error", (providerType, type) => {
    const encoder = createEventEncoder({ streamUsage: false, createdAtSeconds: 1 });
    const frame = encoder.push({ type: 'error', message: 'm', ...(providerType && { providerType }) });
    expect(JSON.parse(parseFrames(frame)[0]?.data ?? '')).toEqual({
      error: { message: 'm', type, param: null, code: null },
    });
  });
});
