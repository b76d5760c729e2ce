import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { createEventDecoder } from './decode-events.js';

const frames = (...chunks: unknown[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join(''));

const chunk = (parts: readonly object[], candidate: object = {}, rest: object = {}): object => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...candidate }],
  responseId: 'r',
  modelVersion: 'm',
  ...rest,
});

const call = (fields: object, part: object = {}): object => chunk([{ functionCall: fields, ...part }]);
const stop = chunk([], { finishReason: 'STOP' });

const decode = (...chunks: unknown[]): ChatEvent[] => createEventDecoder().push(frames(...chunks));

/** Without the `start` that each stream has. */
const decodeRest = (...chunks: unknown[]): ChatEvent[] => decode(...chunks).slice(1);

const signed = (data: string): object => ({ state: { dialect: 'gemini', kind: 'signature', data } });
const finished = { type: 'finish', reason: 'stop' };

describe('a decoded stream', () => {
  it('continues words of one kind and ends them for another', () => {
    const events = decode(
      chunk([{ text: 'I ', thought: true }]),
      chunk([{ text: 'think', thought: true }]),
      chunk([{ text: 'a' }]),
      chunk([{ text: 'b' }, { text: 'c' }], { finishReason: 'STOP' }),
    );
    expect(events).toEqual([
      { type: 'start', id: 'r', model: 'm' },
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'I ' },
      { type: 'reasoning-delta', block: 0, text: 'think' },
      { type: 'reasoning-end', block: 0 },
      { type: 'text-start', block: 1 },
      { type: 'text-delta', block: 1, text: 'a' },
      { type: 'text-delta', block: 1, text: 'b' },
      { type: 'text-delta', block: 1, text: 'c' },
      { type: 'text-end', block: 1 },
      finished,
    ]);
  });

  it('starts without an id and a model where there are none', () => {
    expect(decode({ candidates: [{}] })).toEqual([{ type: 'start', id: '', model: '' }]);
  });

  it('starts with a candidate, not with what comes before it', () => {
    expect(decode({ promptFeedback: {} }, { usageMetadata: { trafficType: 'ON_DEMAND' } })).toEqual([]);
  });

  it('says at the start what it has used so far, and at the end what it used', () => {
    const counted = (tokens: number): object => ({
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: tokens },
    });
    const usage = { ...noUsage, inputTokens: 9 };
    const events = decode(
      chunk([{ text: 'a' }], {}, counted(1)),
      chunk([{ text: 'b' }], { finishReason: 'STOP' }, counted(2)),
    );
    expect(events[0]).toEqual({ type: 'start', id: 'r', model: 'm', usage: { ...usage, outputTokens: 1 } });
    expect(events.filter(({ type }) => type === 'usage')).toEqual([
      { type: 'usage', usage: { ...usage, outputTokens: 2 } },
    ]);
  });

  it('has no finish when the provider gave none', () => {
    expect(decodeRest(chunk([{ text: 'a' }])).map(({ type }) => type)).toEqual(['text-start', 'text-delta']);
  });

  it('finishes once, and says nothing behind but usage', () => {
    const late = chunk([{ text: 'late' }], { finishReason: 'MAX_TOKENS' }, { usageMetadata: { promptTokenCount: 1 } });
    expect(decodeRest(stop, late, { promptFeedback: { blockReason: 'OTHER' } })).toEqual([
      finished,
      { type: 'usage', usage: { ...noUsage, inputTokens: 1 } },
    ]);
  });

  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['LANGUAGE', 'content-filter'],
    ['BLOCKLIST', 'content-filter'],
    ['PROHIBITED_CONTENT', 'content-filter'],
    ['SPII', 'content-filter'],
    ['IMAGE_SAFETY', 'content-filter'],
    ['IMAGE_PROHIBITED_CONTENT', 'content-filter'],
    ['IMAGE_RECITATION', 'content-filter'],
  ])('finishes by %s with %s', (wire, reason) => {
    expect(decodeRest(chunk([], { finishReason: wire }))).toEqual([{ type: 'finish', reason }]);
  });

  it.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'OTHER', 'NEW_REASON'])(
    'has a fault where its reason is %s',
    (wire) => {
      const counted = { usageMetadata: { promptTokenCount: 1 } };
      expect(decodeRest(chunk([], { finishReason: wire }, counted), stop)).toEqual([
        { type: 'error', message: `the answer finished with ${wire}`, providerType: wire },
      ]);
    },
  );

  it('repeats what the provider says about a fault', () => {
    const fault = { finishReason: 'OTHER', finishMessage: 'It broke.' };
    expect(decodeRest(chunk([], fault))).toEqual([
      { type: 'error', message: 'the answer finished with OTHER: It broke.', providerType: 'OTHER' },
    ]);
  });

  it('was filtered where the prompt was blocked', () => {
    const usageMetadata = { promptTokenCount: 4 };
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata, responseId: 'r', modelVersion: 'm' };
    expect(decode(blocked)).toEqual([
      { type: 'start', id: 'r', model: 'm' },
      { type: 'finish', reason: 'content-filter' },
      { type: 'usage', usage: { ...noUsage, inputTokens: 4 } },
    ]);
  });

  it.each([
    [
      { code: 503, message: 'm', status: 'UNAVAILABLE' },
      { message: 'm', providerType: 'UNAVAILABLE' },
    ],
    [{ code: 500 }, { message: '{"code":500}' }],
    ['m', { message: 'm' }],
  ])('may report the fault %j, and nothing follows it', (error, event) => {
    expect(decodeRest(chunk([{ text: 'a' }]), { error }, { error }, stop).slice(2)).toEqual([
      { type: 'error', ...event },
    ]);
  });

  it.each(['{"candidates":[', '[]', 'null'])('is not valid with the data %p', (data) => {
    expect(() => decode(data)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });

  it('is the same wherever its bytes were cut', () => {
    const bytes = Buffer.concat([
      frames(chunk([{ text: 'Grüße', thought: true }, { text: '\n\n"data: "' }])),
      frames(call({ name: 'f', args: { a: '\u2028' } }, { thoughtSignature: 's' }), stop),
    ]);
    const decodeCut = (cut: number): string => {
      const framer = createFramer();
      const decoder = createEventDecoder();
      const parts = [framer.push(bytes.subarray(0, cut)), framer.push(bytes.subarray(cut)), framer.end()];
      return JSON.stringify(parts.flatMap((part) => decoder.push(part)));
    };
    const results = new Set(Array.from({ length: bytes.length + 1 }, (_, cut) => decodeCut(cut)));
    expect([...results]).toEqual([JSON.stringify(createEventDecoder().push(bytes))]);
  });
});

describe('a signature in a stream', () => {
  it.each([
    ['text', {}],
    ['reasoning', { thought: true }],
  ])('of %s comes with its end, though it came without words', (kind, thought) => {
    const parts = [
      { text: 'a', ...thought },
      { text: '', ...thought, thoughtSignature: 's' },
    ];
    expect(decodeRest(...parts.map((part) => chunk([part])), stop).slice(2)).toEqual([
      { type: `${kind}-end`, block: 0, ...signed('s') },
      finished,
    ]);
  });

  it('ends the words that it is for: later ones are not signed', () => {
    const events = decodeRest(chunk([{ text: 'a', thoughtSignature: 's' }, { text: 'b' }]), stop);
    expect(events.filter(({ type }) => type !== 'text-delta')).toEqual([
      { type: 'text-start', block: 0 },
      { type: 'text-end', block: 0, ...signed('s') },
      { type: 'text-start', block: 1 },
      { type: 'text-end', block: 1 },
      finished,
    ]);
  });

  it.each([[{ text: '', thoughtSignature: 's' }], [{ thoughtSignature: 's' }]])(
    'alone is a text without words: %j',
    (part) => {
      expect(decodeRest(chunk([part]), stop)).toEqual([
        { type: 'text-start', block: 0 },
        { type: 'text-end', block: 0, ...signed('s') },
        finished,
      ]);
    },
  );

  it('of a call comes with its start', () => {
    expect(decodeRest(call({ name: 'f' }, { thoughtSignature: 's' }))[0]).toEqual({
      type: 'tool-call-start',
      block: 0,
      id: 'call_r_0',
      name: 'f',
      ...signed('s'),
    });
  });
});

describe('function calls in a stream', () => {
  it('are whole', () => {
    const events = decodeRest(
      chunk([
        { text: 'a' },
        { functionCall: { id: 'x', name: 'f', args: { b: [1, 'c'] } } },
        { functionCall: { name: 'g' } },
      ]),
      stop,
    );
    expect(events.slice(2)).toEqual([
      { type: 'text-end', block: 0 },
      { type: 'tool-call-start', block: 1, id: 'x', name: 'f' },
      { type: 'tool-call-delta', block: 1, arguments: '{"b":[1,"c"]}' },
      { type: 'tool-call-end', block: 1 },
      { type: 'tool-call-start', block: 2, id: 'call_r_2', name: 'g' },
      { type: 'tool-call-delta', block: 2, arguments: '{}' },
      { type: 'tool-call-end', block: 2 },
      { type: 'finish', reason: 'tool-calls' },
    ]);
  });

  it('may come in pieces, which go on at once', () => {
    const piece = (stringValue: string, more: object = {}): object => ({ jsonPath: '$.a', stringValue, ...more });
    const events = decodeRest(
      call({ name: 'f', willContinue: true }),
      call({ partialArgs: [piece('x"', { willContinue: true })], willContinue: true }),
      call({ partialArgs: [piece('y', { willContinue: true })] }),
      call({ partialArgs: [piece('')], willContinue: true }),
      call({}),
      call({}),
      stop,
    );
    expect(events).toEqual([
      { type: 'tool-call-start', block: 0, id: 'call_r_0', name: 'f' },
      { type: 'tool-call-delta', block: 0, arguments: '{"a":"x\\"' },
      { type: 'tool-call-delta', block: 0, arguments: 'y' },
      { type: 'tool-call-delta', block: 0, arguments: '"' },
      { type: 'tool-call-delta', block: 0, arguments: '}' },
      { type: 'tool-call-end', block: 0 },
      { type: 'finish', reason: 'tool-calls' },
    ]);
  });

  it.each([
    ['another call', call({ name: 'g' })],
    ['words', chunk([{ text: 'a' }])],
    ['content of another kind', chunk([{ executableCode: {} }])],
    ['the token limit', chunk([], { finishReason: 'MAX_TOKENS' })],
  ])('stay cut off where %s ended them', (_, next) => {
    const first = call({ name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }], willContinue: true });
    expect(decodeRest(first, next).slice(1, 3)).toEqual([
      { type: 'tool-call-delta', block: 0, arguments: '{"a":"x"' },
      { type: 'tool-call-end', block: 0 },
    ]);
  });

  it('have their pieces once, though the whole follows', () => {
    const partialArgs = [{ jsonPath: '$.a', numberValue: 1 }];
    const events = decodeRest(call({ name: 'f', partialArgs, willContinue: true }), call({ args: { a: 1 } }));
    expect(events.flatMap((event) => ('arguments' in event ? event.arguments : []))).toEqual(['{"a":1', '}']);
  });

  it('may be signed too late, which is foreign', () => {
    const late = call({ willContinue: true }, { thoughtSignature: 's' });
    expect(decodeRest(call({ name: 'f', willContinue: true }), late).slice(1)).toEqual([
      { type: 'foreign', path: 'candidates[0].content.parts.thoughtSignature', value: 's' },
    ]);
  });

  it('cannot begin without a name', () => {
    expect(() => decode(call({ args: {} }))).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });
});

describe('what only Gemini knows in a stream', () => {
  it('is foreign, once for each place', () => {
    const code = { executableCode: { code: '1' } };
    const events = decodeRest(
      chunk([{ text: 'a' }, code, code], {
        safetyRatings: [{ category: 'c' }],
        urlContextMetadata: {},
        avgLogprobs: 1,
      }),
      { candidates: [{ index: 1 }] },
      chunk([{ codeExecutionResult: {}, thoughtSignature: 's' }], { newField: null }),
    );
    expect(events.slice(2)).toEqual([
      { type: 'text-end', block: 0 },
      { type: 'foreign', path: 'candidates[0].content.parts.executableCode', value: code },
      { type: 'foreign', path: 'candidates[0].safetyRatings', value: [{ category: 'c' }] },
      { type: 'foreign', path: 'candidates[1]', value: { index: 1 } },
      {
        type: 'foreign',
        path: 'candidates[0].content.parts.codeExecutionResult',
        value: { codeExecutionResult: {}, thoughtSignature: 's' },
      },
    ]);
  });

  it('is no part that says nothing', () => {
    expect(decodeRest(chunk([{}, { text: '' }, { thought: true }]))).toEqual([]);
  });
});

describe('log probabilities in a stream', () => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'a', logProbability: -0.5 }, { token: 'b' }, { tokenId: 3 }],
    topCandidates: [
      {
        candidates: [
          { token: 'a', logProbability: -0.5 },
          { token: 'z', logProbability: -2 },
        ],
      },
    ],
  };

  it('belong to the text', () => {
    expect(decodeRest(chunk([{ text: 'ab' }], { logprobsResult })).slice(2)).toEqual([
      {
        type: 'text-logprobs',
        block: 0,
        tokens: [
          {
            token: 'a',
            logprob: -0.5,
            top: [
              { token: 'a', logprob: -0.5 },
              { token: 'z', logprob: -2 },
            ],
          },
          { token: 'b', logprob: 0, top: [] },
        ],
      },
    ]);
  });

  it('are foreign without one', () => {
    expect(decodeRest(chunk([], { logprobsResult }))).toEqual([
      { type: 'foreign', path: 'candidates[0].logprobsResult', value: logprobsResult },
    ]);
  });
});
