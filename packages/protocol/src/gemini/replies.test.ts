import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import { decodeReply } from './decode-reply.js';
import { encodeReply } from './encode-reply.js';

const decode = (body: unknown): ChatEvent[] =>
  decodeReply(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

const encode = (events: ChatEvent[]): { reply: unknown; losses: readonly unknown[] } => {
  const { body, losses } = encodeReply(events);
  return { reply: JSON.parse(Buffer.from(body).toString()), losses };
};

const start: ChatEvent = { type: 'start', id: 'r', model: 'm' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };
const state = { dialect: 'gemini', kind: 'signature', data: 's' } as const;

const answer: ChatEvent[] = [
  start,
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0, state },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'ab' },
  { type: 'text-logprobs', block: 1, tokens: [{ token: 'ab', logprob: -1, top: [] }] },
  { type: 'text-end', block: 1 },
  { type: 'tool-call-start', block: 2, id: 'c', name: 'f', state },
  { type: 'tool-call-delta', block: 2, arguments: '{"a":1}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'finish', reason: 'tool-calls' },
  { type: 'usage', usage: { ...noUsage, inputTokens: 3 } },
];

describe('a decoded reply', () => {
  it('that gives no reason is over, because the body is whole', () => {
    expect(decode({ candidates: [{ content: { parts: [{ text: 'a' }] } }] }).at(-1)).toEqual(finish);
  });

  it('has its usage once', () => {
    const usageMetadata = { promptTokenCount: 3 };
    expect(decode({ candidates: [{ finishReason: 'STOP' }], usageMetadata })).toEqual([
      { type: 'start', id: '', model: '' },
      finish,
      { type: 'usage', usage: { ...noUsage, inputTokens: 3 } },
    ]);
  });

  it('was filtered where the prompt was blocked', () => {
    expect(decode({ promptFeedback: { blockReason: 'SAFETY' } }).at(-1)).toEqual({
      type: 'finish',
      reason: 'content-filter',
    });
  });

  it('may be an error', () => {
    expect(decode({ error: { message: 'm' } })).toEqual([{ type: 'error', message: 'm' }]);
  });

  it.each(['', '{"candidates":[', '[]', '{}', '{"candidates":[]}', '{"promptFeedback":{}}'])(
    'is not valid as %p',
    (text) => {
      expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
    },
  );
});

describe('an encoded reply', () => {
  it('is decoded to what it was made from', () => {
    const { body, losses } = encodeReply(answer);
    expect(losses).toEqual([]);
    // Google gives log probabilities for the whole answer, which here does not end with its text.
    const unplaced = ['text-logprobs', 'foreign'];
    const rest = (events: readonly ChatEvent[]): ChatEvent[] => events.filter(({ type }) => !unplaced.includes(type));
    expect(rest(decodeReply(body))).toEqual(rest(answer));
  });

  it('has each block as one part, and the signature beside the words', () => {
    const { reply } = encode(answer);
    expect(reply).toEqual({
      candidates: [
        {
          content: {
            parts: [
              { text: 'hm', thought: true, thoughtSignature: 's' },
              { text: 'ab' },
              { functionCall: { id: 'c', name: 'f', args: { a: 1 } }, thoughtSignature: 's' },
            ],
            role: 'model',
          },
          finishReason: 'STOP',
          index: 0,
          logprobsResult: {
            chosenCandidates: [{ token: 'ab', logProbability: -1 }],
            topCandidates: [{ candidates: [] }],
          },
        },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 0, totalTokenCount: 3 },
      modelVersion: 'm',
      responseId: 'r',
    });
  });

  it('has all log probabilities in a row', () => {
    const token = (name: string): ChatEvent => ({
      type: 'text-logprobs',
      block: 0,
      tokens: [{ token: name, logprob: -1, top: [] }],
    });
    const text: ChatEvent[] = [
      { type: 'text-start', block: 0 },
      token('a'),
      token('b'),
      { type: 'text-end', block: 0 },
    ];
    expect(encode([start, ...text, finish]).reply).toMatchObject({
      candidates: [{ logprobsResult: { chosenCandidates: [{ token: 'a' }, { token: 'b' }] } }],
    });
  });

  it('has an empty text when nothing was said, and no usage when none is known', () => {
    expect(encode([start, finish]).reply).toEqual({
      candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      modelVersion: 'm',
      responseId: 'r',
    });
  });

  it('lists what it cannot carry', () => {
    expect(encode([start, { type: 'foreign', path: 'p', value: 1 }, finish]).losses).toEqual([
      { path: 'p', reason: 'only the provider knows it' },
    ]);
  });

  it('is not made from an error', () => {
    expect(() => encode([start, { type: 'error', message: 'm' }])).toThrow(
      expect.objectContaining({ code: 'upstream_failed' }),
    );
  });

  it('is not made before the finish', () => {
    expect(() => encode([start])).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
