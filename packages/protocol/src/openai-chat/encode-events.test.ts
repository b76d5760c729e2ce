import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { ChatEvent, OpaqueState } from '@claudette/core';

import { parseFrames } from '../sse/frames.js';
import { readCallId } from './call-id.js';
import { createEventEncoder } from './encode-events.js';

const encode = (
  events: readonly ChatEvent[],
  streamUsage = false,
): { data: unknown[]; losses: readonly { path: string }[] } => {
  const encoder = createEventEncoder({ streamUsage, tools: [], createdAtSeconds: 1_700_000_000 });
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
const signature: OpaqueState = { dialect: 'anthropic-messages', kind: 'signature', data: 's' };
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

  it('has calls of tools that take text as custom calls', () => {
    const events: ChatEvent[] = [
      { type: 'tool-call-start', block: 0, id: 'a', name: 'f', takesText: true },
      { type: 'tool-call-delta', block: 0, arguments: 'ls' },
      { type: 'tool-call-end', block: 0 },
    ];
    expect(deltas([start, ...events, { type: 'finish', reason: 'tool-calls' }]).slice(1, -1)).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'ls' } }] },
    ]);
  });

  it('has log probabilities beside an empty delta', () => {
    const events: ChatEvent[] = [
      { type: 'text-start', block: 0 },
      { type: 'text-delta', block: 0, text: 'a' },
      { type: 'text-logprobs', block: 0, tokens: [{ token: 'a', logprob: -1, top: [{ token: 'b', logprob: -2 }] }] },
      { type: 'text-end', block: 0 },
    ];
    const token = { token: 'a', logprob: -1, bytes: null, top_logprobs: [{ token: 'b', logprob: -2, bytes: null }] };
    expect(encode([start, ...events, finish]).data[2]).toMatchObject({
      choices: [{ delta: {}, logprobs: { content: [token], refusal: null } }],
    });
  });

  it('has citations at the end of their text, as places in the whole of it', () => {
    const events: ChatEvent[] = [
      { type: 'text-start', block: 0 },
      { type: 'text-delta', block: 0, text: 'Roses. ' },
      { type: 'text-end', block: 0 },
      { type: 'text-start', block: 1 },
      { type: 'text-citation', block: 1, citation: { url: 'https://a.example' } },
      { type: 'text-delta', block: 1, text: 'Tulips.' },
      {
        type: 'text-citation',
        block: 1,
        citation: { url: 'https://b.example', title: 'B', citedText: 'words', startIndex: 1, endIndex: 3 },
      },
      { type: 'text-end', block: 1 },
    ];
    const cited = (fields: object): object => ({ type: 'url_citation', url_citation: fields });
    const [first, second] = [
      { url: 'https://a.example', title: 'https://a.example', start_index: 7, end_index: 14 },
      { url: 'https://b.example', title: 'B', start_index: 8, end_index: 10, content: 'words' },
    ];
    expect(deltas([start, ...events, finish]).slice(3, -1)).toEqual([{ annotations: [cited(first), cited(second)] }]);
  });

  it('has the state of reasoning on the id of the next tool call, with all that it said', () => {
    const think = (block: number, text: string, state?: OpaqueState): ChatEvent[] => [
      { type: 'reasoning-start', block },
      { type: 'reasoning-delta', block, text: text.slice(0, 1) },
      { type: 'reasoning-delta', block, text: text.slice(1) },
      { type: 'reasoning-end', block, ...(state && { state }) },
    ];
    const own: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'own' };
    const call = (block: number, state?: OpaqueState): ChatEvent[] => [
      { type: 'tool-call-start', block, id: `c${block}`, name: 'f', ...(state && { state }) },
      { type: 'tool-call-end', block },
    ];
    const { data, losses } = encode([
      start,
      ...think(0, 'Hm.', signature),
      ...think(1, 'Oh.'),
      ...think(2, 'Aha.', signature),
      ...call(3, own),
      ...call(4),
      { type: 'finish', reason: 'tool-calls' },
    ]);
    const ids = (data as { choices?: { delta: { tool_calls?: { id: string }[] } }[] }[]).flatMap(
      ({ choices }) => choices?.[0]?.delta.tool_calls?.map(({ id }) => id) ?? [],
    );
    expect(ids.map(readCallId)).toEqual([
      {
        id: 'c3',
        state: own,
        reasoning: [
          { type: 'reasoning', text: 'Hm.', state: signature },
          { type: 'reasoning', text: 'Aha.', state: signature },
        ],
      },
      { id: 'c4', reasoning: [] },
    ]);
    expect(losses).toEqual([]);
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
      { type: 'reasoning-end', block: 0, state: signature },
      { type: 'text-start', block: 1 },
      { type: 'text-end', block: 1, state: signature },
      { type: 'foreign', path: 'content[3]', value: {} },
      { type: 'finish', reason: 'stop', stopSequence: 'END' },
    ]);
    expect(losses.map(({ path }) => path)).toEqual([
      'text.state',
      'content[3]',
      'reasoning.state',
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
    const encoder = createEventEncoder({ streamUsage: false, tools: [], createdAtSeconds: 1 });
    const frame = encoder.push({ type: 'error', message: 'm', ...(providerType && { providerType }) });
    expect(JSON.parse(parseFrames(frame)[0]?.data ?? '')).toEqual({
      error: { message: 'm', type, param: null, code: null },
    });
  });
});
