import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { ChatRequest, Operation } from '@claudette/core';

import { aRequest, otherTarget, target } from './__fixtures__/calls.js';
import { digestRequest, keyFor } from './cache-key.js';
import { sharedScope, toKeyScope } from './scope.js';

const digest = (request: ChatRequest, operation: Operation = 'generate'): string =>
  digestRequest({ operation, request }, sharedScope);

const text = fc.string({ minLength: 1, maxLength: 5 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });

/** A value other than the one every request starts with, for every field that changes the answer. */
const changes: fc.Arbitrary<Partial<ChatRequest>> = fc.oneof(
  fc.record({
    messages: fc.array(
      fc.record({
        role: fc.constant('user' as const),
        parts: fc.tuple(fc.record({ type: fc.constant('text' as const), text })),
      }),
      { minLength: 2, maxLength: 3 },
    ),
  }),
  fc.record({
    messages: fc.tuple(fc.record({ role: fc.constant('assistant' as const), parts: fc.constant([]), name: text })),
  }),
  fc.record({
    tools: fc.array(fc.record({ name: text, parameters: fc.jsonValue(), strict: fc.boolean() }), { minLength: 1 }),
  }),
  fc.record({
    toolChoice: fc.oneof(
      fc.constantFrom({ kind: 'auto' as const }, { kind: 'none' as const }),
      fc.record({ kind: fc.constant('tool' as const), name: text }),
    ),
  }),
  fc.record({ parallelToolCalls: fc.boolean() }),
  fc.record({ outputFormat: fc.record({ kind: fc.constant('json-schema' as const), schema: fc.jsonValue() }) }),
  fc.record({
    reasoning: fc.record({ effort: fc.constantFrom('low' as const, 'high' as const), budgetTokens: fc.nat() }),
  }),
  fc.record({ maxOutputTokens: fc.nat() }),
  fc.record({ temperature: number }),
  fc.record({ topP: number }),
  fc.record({ topK: fc.nat() }),
  fc.record({ stopSequences: fc.array(text) }),
  fc.record({ seed: fc.integer() }),
  fc.record({ presencePenalty: number }),
  fc.record({ frequencyPenalty: number }),
  fc.record({ choices: fc.nat() }),
  fc.record({
    embedding: fc.record({
      inputs: fc.array(fc.oneof(text, fc.array(fc.nat()))),
      dimensions: fc.nat(),
      encoding: fc.constantFrom('float' as const, 'base64' as const),
    }),
  }),
  fc.record({
    foreign: fc.array(
      fc.record({
        dialect: fc.constantFrom('openai-chat' as const, 'anthropic-messages' as const),
        path: text,
        value: fc.jsonValue(),
      }),
      { minLength: 1 },
    ),
  }),
);

/** The same value with the keys of every object in the opposite order. */
const turned = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map(turned) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, turned(each)]),
  ) as T;
};

describe('a digest', () => {
  it('changes with every field that changes the answer', () => {
    fc.assert(fc.property(changes, (change) => digest(aRequest('hello', change)) !== digest(aRequest())));
  });

  it('differs wherever two requests differ', () => {
    const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
    fc.assert(
      fc.property(changes, changes, (one, other) => {
        fc.pre(!same(one, other) && !same(one, turned(other)));
        return digest(aRequest('hello', one)) !== digest(aRequest('hello', other));
      }),
    );
  });

  it('is never the same for two operations', () => {
    const operations: readonly Operation[] = ['generate', 'count', 'embed'];
    fc.assert(
      fc.property(changes, (change) => {
        const digests = operations.map((operation) => digest(aRequest('hello', change), operation));
        return new Set(digests).size === operations.length;
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(changes, (change) => digest(turned(aRequest('hello', change))) === digest(aRequest('hello', change))),
    );
  });

  it('does not depend on the order in which the fields of one dialect stood', () => {
    const [one, other] = [
      { dialect: 'openai-chat', path: 'logit_bias', value: { 50256: -100 } },
      { dialect: 'openai-chat', path: 'verbosity', value: 'low' },
    ] as const;
    expect(digest(aRequest('a', { foreign: [one, other] }))).toBe(digest(aRequest('a', { foreign: [other, one] })));
  });

  it('does not depend on how the answer travels or to whom', () => {
    const base = aRequest();
    for (const change of [{ model: 'fast' }, { stream: false }, { streamUsage: false }, { userId: 'u1' }]) {
      expect(digest({ ...base, ...change })).toBe(digest(base));
    }
  });

  it('tells an absent field from one that says nothing', () => {
    expect(digest(aRequest('a', { stopSequences: [] }))).not.toBe(digest(aRequest('a')));
  });

  it('tells apart what JSON text would make equal', () => {
    const withBias = (value: unknown): string =>
      digest(aRequest('a', { foreign: [{ dialect: 'openai-chat', path: 'x', value }] }));
    const values = [Infinity, -Infinity, null, 'null', true, 'true', 1, '1', [], {}, [[]], ['a,b'], ['a', 'b']];
    expect(new Set(values.map(withBias)).size).toBe(values.length);
  });

  it('tells lone surrogates apart, which all look alike in UTF-8', () => {
    const digests = ['\ud800', '\ud801', '\udc00', '\ufffd'].map((character) => digest(aRequest(character)));
    expect(new Set(digests).size).toBe(4);
  });

  it('does not depend on the order of very many keys', () => {
    const names = Array.from({ length: 30 }, (_, index) => [`name ${index}`, index] as const);
    const withBias = (value: unknown): string =>
      digest(aRequest('a', { foreign: [{ dialect: 'openai-chat', path: 'x', value }] }));
    expect(withBias(Object.fromEntries(names))).toBe(withBias(Object.fromEntries(names.toReversed())));
  });

  it('is never the same for two principals', () => {
    const principal = (id: string) => toKeyScope({ id, name: 'same' });
    fc.assert(
      fc.property(text, text, changes, (one, other, change) => {
        fc.pre(one !== other);
        const call = { operation: 'generate', request: aRequest('hello', change) } as const;
        return digestRequest(call, principal(one)) !== digestRequest(call, principal(other));
      }),
    );
  });
});

describe('a digest of what a client sent', () => {
  const digestSent = (
    body: string,
    headers: Record<string, string> = {},
    { request = aRequest(), ignored = new Set<string>() } = {},
  ): string => {
    const original = { dialect: 'openai-chat', body: new TextEncoder().encode(body), headers } as const;
    return digestRequest({ operation: 'generate', request, original }, sharedScope, ignored);
  };

  it('depends on the headers of the dialect', () => {
    expect(digestSent('', { 'anthropic-beta': 'context-1m' })).not.toBe(digestSent(''));
  });

  it('does not depend on headers that are named as meaningless', () => {
    const ignored = new Set(['anthropic-version']);
    const one = digestSent('', { 'anthropic-version': '1' }, { ignored });
    expect(one).toBe(digestSent('', { 'anthropic-version': '2' }, { ignored }));
  });

  it('does not depend on white space', () => {
    expect(digestSent('{ }')).toBe(digestSent('{}'));
  });

  it.each([
    [2 ** 60, '1152921504606846976', '1152921504606846977'],
    [Infinity, '1e400', '1e401'],
  ])('goes by the bytes where the number %d stands for several', (seed, one, other) => {
    const digestOf = (body: string): string => digestSent(body, {}, { request: aRequest('a', { seed }) });
    expect(digestOf(one)).not.toBe(digestOf(other));
    expect(digestOf(one)).toBe(digestOf(one));
  });
});

describe('a key', () => {
  it('names the question and who answered', () => {
    expect([keyFor('d', target), keyFor('d', otherTarget)]).toEqual(['d:claude/opus', 'd:gpt/five']);
  });
});
