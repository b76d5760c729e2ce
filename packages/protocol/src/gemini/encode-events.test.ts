import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { ChatEvent, OpaqueState } from '@claudette/core';

import { sealState } from '../opaque-state.js';
import { parseFrames } from '../sse/frames.js';
import { createEventEncoder } from './encode-events.js';
import { unsigned } from './thought-signature.js';

interface Chunk {
  readonly candidates: readonly { readonly content: { readonly parts: readonly unknown[] } }[];
}

const encode = (
  events: readonly ChatEvent[],
): { chunks: Chunk[]; parts: unknown[]; losses: readonly { path: string }[] } => {
  const encoder = createEventEncoder();
  const frames = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
  const chunks = parseFrames(frames).map(({ data }) => JSON.parse(data) as Chunk);
  const parts = chunks.slice(0, -1).flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts));
  return { chunks, parts, losses: encoder.losses };
};

const start: ChatEvent = { type: 'start', id: 'r', model: 'm' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };
const own: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 's' };
const foreign: OpaqueState = { dialect: 'anthropic-messages', kind: 'encrypted', data: 'x' };
const wrapped = Buffer.from(sealState(foreign)).toString('base64');

const call = (block: number, ...pieces: string[]): ChatEvent[] => [
  { type: 'tool-call-start', block, id: `call_${block}`, name: 'f' },
  ...pieces.map((piece): ChatEvent => ({ type: 'tool-call-delta', block, arguments: piece })),
  { type: 'tool-call-end', block },
];

const words = (kind: 'text' | 'reasoning' | 'refusal', block: number, ...pieces: string[]): ChatEvent[] => [
  { type: `${kind}-start`, block },
  ...pieces.map((text): ChatEvent => ({ type: `${kind}-delta`, block, text })),
  { type: `${kind}-end`, block },
];

describe('an encoded stream', () => {
  it('has a chunk for each piece of text, and one for the finish and the usage', () => {
    const usage: ChatEvent = { type: 'usage', usage: { ...noUsage, inputTokens: 3 } };
    const rest = { modelVersion: 'm', responseId: 'r' };
    const chunk = (text: string, more: object = {}): object => ({
      candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...more }],
      ...rest,
    });
    expect(encode([start, ...words('text', 0, 'a', '', 'b\n'), usage, finish]).chunks).toEqual([
      chunk('a'),
      chunk('b\n'),
      {
        ...chunk('', { finishReason: 'STOP' }),
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 0, totalTokenCount: 3 },
      },
    ]);
  });

  it('has the usage of the start where no other came', () => {
    const { chunks } = encode([{ ...start, usage: { ...noUsage, inputTokens: 3 } }, finish]);
    expect(chunks).toEqual([
      expect.objectContaining({ usageMetadata: expect.objectContaining({ promptTokenCount: 3 }) }),
    ]);
  });

  it('has no usage that is not known', () => {
    expect(encode([start, finish]).chunks[0]).not.toHaveProperty('usageMetadata');
  });

  it('marks reasoning as thought', () => {
    expect(encode([start, ...words('reasoning', 0, 'hm'), finish]).parts).toEqual([{ text: 'hm', thought: true }]);
  });

  it.each([
    ['its own', own, 's'],
    ["another dialect's", foreign, wrapped],
  ])('signs reasoning behind its words with %s state', (_, state, thoughtSignature) => {
    const events: ChatEvent[] = [
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'hm' },
      { type: 'reasoning-end', block: 0, state },
    ];
    expect(encode([start, ...events, finish]).parts.at(-1)).toEqual({ text: '', thought: true, thoughtSignature });
  });

  it('keeps reasoning that is nothing but state', () => {
    const events: ChatEvent[] = [
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-end', block: 0, state: foreign },
    ];
    expect(encode([start, ...events, finish]).parts).toEqual([{ text: '', thought: true, thoughtSignature: wrapped }]);
  });

  it('signs text behind its words', () => {
    const events: ChatEvent[] = [
      { type: 'text-start', block: 0 },
      { type: 'text-delta', block: 0, text: 'a' },
      { type: 'text-end', block: 0, state: own },
    ];
    expect(encode([start, ...events, finish]).parts).toEqual([{ text: 'a' }, { text: '', thoughtSignature: 's' }]);
  });

  it('has tool calls when they are whole, in the order of their ends', () => {
    const [one, other] = [call(0, '{"a"', ':1}'), call(1)];
    const events = [
      ...one.slice(0, 2),
      ...other.slice(0, 1),
      ...words('text', 2, 'x'),
      ...other.slice(1),
      ...one.slice(2),
    ];
    expect(encode([start, ...events, { type: 'finish', reason: 'tool-calls' }]).parts).toEqual([
      { text: 'x' },
      { functionCall: { id: 'call_1', name: 'f', args: {} }, thoughtSignature: unsigned() },
      { functionCall: { id: 'call_0', name: 'f', args: { a: 1 } }, thoughtSignature: unsigned() },
    ]);
  });

  it('signs a tool call', () => {
    const [begin, ...rest] = call(0, '{}');
    const events = [{ ...begin, state: own } as ChatEvent, ...rest];
    expect(encode([start, ...events, finish]).parts).toEqual([
      { functionCall: { id: 'call_0', name: 'f', args: {} }, thoughtSignature: 's' },
    ]);
  });

  it('has the text of a text tool as its input', () => {
    const [begin, ...rest] = call(0, 'print(', '1)');
    const events = [{ ...begin, takesText: true } as ChatEvent, ...rest];
    expect(encode([start, ...events, finish]).parts).toEqual([
      { functionCall: { id: 'call_0', name: 'f', args: { input: 'print(1)' } }, thoughtSignature: unsigned() },
    ]);
  });

  it.each([
    ['tool-calls', '{"a":', 'MALFORMED_FUNCTION_CALL'],
    ['stop', '[1]', 'MALFORMED_FUNCTION_CALL'],
    ['length', '{"a":"cut o', 'MAX_TOKENS'],
  ] as const)('leaves out a call that is no object, at the end %s with %s, and says %s', (reason, text, wire) => {
    const { parts, chunks, losses } = encode([start, ...call(0, text), { type: 'finish', reason }]);
    expect(parts).toEqual([]);
    expect(chunks[0]).toMatchObject({ candidates: [{ finishReason: wire }] });
    expect(losses.map(({ path }) => path)).toEqual(['functionCall.f']);
  });

  it.each([
    ['stop', 'STOP', []],
    ['length', 'MAX_TOKENS', []],
    ['tool-calls', 'STOP', []],
    ['content-filter', 'SAFETY', []],
    ['refusal', 'SAFETY', ['finish.reason']],
    ['pause', 'STOP', ['finish.reason']],
    ['context-length', 'MAX_TOKENS', ['finish.reason']],
  ] as const)('finishes with %s as %s', (reason, wire, lost) => {
    const { chunks, losses } = encode([start, { type: 'finish', reason }]);
    expect(chunks).toEqual([
      expect.objectContaining({ candidates: [expect.objectContaining({ finishReason: wire })] }),
    ]);
    expect(losses.map(({ path }) => path)).toEqual(lost);
  });

  it.each(['stop', 'refusal'] as const)('has the words of a refusal, which finishes with SAFETY after %s', (reason) => {
    const { parts, chunks } = encode([start, ...words('refusal', 0, 'No.'), { type: 'finish', reason }]);
    expect(parts).toEqual([{ text: 'No.' }]);
    expect(chunks.at(-1)).toMatchObject({ candidates: [{ finishReason: 'SAFETY' }] });
  });

  it('has log probabilities in a chunk of their own', () => {
    const events: ChatEvent[] = [
      { type: 'text-start', block: 0 },
      { type: 'text-logprobs', block: 0, tokens: [{ token: 'a', logprob: -1, top: [{ token: 'b', logprob: -2 }] }] },
      { type: 'text-end', block: 0 },
    ];
    expect(encode([start, ...events, finish]).chunks[0]).toMatchObject({
      candidates: [
        {
          logprobsResult: {
            chosenCandidates: [{ token: 'a', logProbability: -1 }],
            topCandidates: [{ candidates: [{ token: 'b', logProbability: -2 }] }],
          },
        },
      ],
    });
  });

  it('has the sources at its end, each once, with places in bytes', () => {
    const cite = (block: number, citation: Extract<ChatEvent, { type: 'text-citation' }>['citation']): ChatEvent => ({
      type: 'text-citation',
      block,
      citation,
    });
    const [url, other] = ['https://a.example/', 'https://b.example/'];
    const events: ChatEvent[] = [
      ...words('reasoning', 0, 'hm'),
      { type: 'text-start', block: 1 },
      cite(1, { url, title: 'A', startIndex: 0, endIndex: 5 }),
      { type: 'text-delta', block: 1, text: 'Grüße' },
      cite(1, { url: other, citedText: 'words' }),
      { type: 'text-end', block: 1 },
      { type: 'text-start', block: 2 },
      cite(2, { url }),
      { type: 'text-end', block: 2 },
    ];
    const { chunks, losses } = encode([start, ...events, finish]);
    expect(chunks.at(-1)).toMatchObject({
      candidates: [
        {
          groundingMetadata: {
            groundingChunks: [{ web: { uri: url, title: 'A' } }, { web: { uri: other } }],
            groundingSupports: [
              { groundingChunkIndices: [0], segment: { partIndex: 1, startIndex: 0, endIndex: 7, text: 'Grüße' } },
              { groundingChunkIndices: [1], segment: { partIndex: 1 } },
              { groundingChunkIndices: [0], segment: { partIndex: 2 } },
            ],
          },
        },
      ],
    });
    expect(losses.map(({ path }) => path)).toEqual(['text.citations.citedText']);
  });

  it('lists what it cannot carry', () => {
    const { losses } = encode([
      start,
      { type: 'foreign', path: 'content[3]', value: {} },
      { type: 'finish', reason: 'stop', stopSequence: 'END' },
    ]);
    expect(losses.map(({ path }) => path)).toEqual(['content[3]', 'finish.stopSequence']);
  });

  it.each([
    [
      'whose block is of another type',
      [start, { type: 'text-start', block: 0 }, { type: 'reasoning-delta', block: 0, text: 'a' }],
    ],
    ['whose block was not opened', [start, { type: 'tool-call-delta', block: 0, arguments: 'a' }]],
    ['whose block is closed', [start, ...words('text', 0, 'a'), { type: 'text-delta', block: 0, text: 'a' }]],
  ] as [string, ChatEvent[]][])('cannot have a delta %s', (_, events) => {
    expect(() => encode(events)).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('does not end before its finish', () => {
    expect(() => encode([start])).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it.each([
    [undefined, 500, 'INTERNAL'],
    ['server_error', 500, 'INTERNAL'],
    ['UNAVAILABLE', 503, 'UNAVAILABLE'],
    ['overloaded_error', 503, 'UNAVAILABLE'],
    ['rate_limit_error', 429, 'RESOURCE_EXHAUSTED'],
  ])("has the provider's fault of the type %s as an error %s", (providerType, code, status) => {
    const frame = createEventEncoder().push({ type: 'error', message: 'm', ...(providerType && { providerType }) });
    expect(JSON.parse(parseFrames(frame)[0]?.data ?? '')).toEqual({ error: { code, message: 'm', status } });
  });
});
