import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { ChatRequest, Operation } from '@claudette/core';

import { anyRequest, requestFields } from '../__fixtures__/any-request.js';
import type { RequestField } from '../__fixtures__/any-request.js';
import { aRequest, otherTarget, target } from '../__fixtures__/calls.js';
import { digestRequest, digestWithHeaders, keyFor } from './cache-key.js';
import { createScope, sharedScope, toKeyScope } from './scope.js';

const digest = (request: ChatRequest, operation: Operation = 'generate'): string =>
  digestRequest({ operation, request }, sharedScope);

/** How an answer travels, and to whom. */
const transport = new Set<RequestField>(['model', 'stream', 'streamUsage', 'userId']);
const fields = Object.keys(requestFields) as RequestField[];
const telling = fields.filter((field) => !transport.has(field));

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

/** Equal but for the order of keys, and of foreign fields. */
const isSame = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) {
    const all = value.map(canonical);
    // A list of foreign fields; the order of the client's keys means nothing.
    const isForeign = value.every(
      (each) => typeof each === 'object' && each !== null && 'path' in each && !('type' in each),
    );
    return `[${(isForeign ? all.sort() : all).join()}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
  }
  return JSON.stringify(value);
};

/** One choice is what none said means. */
const isUsual = (field: RequestField, value: unknown): boolean => field === 'choices' && value === 1;

/** Ids that look like what stands around an id in the text that is digested. */
const imitation = fc
  .array(fc.constantFrom('"', ':', '0', '1', '3', '4', 'key', 'user', 'team', 'shared', 'generate', '{', 'json '), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pieces) => pieces.join(''));

describe('a digest', () => {
  it('is tested with every field that a request can have', () => {
    const source = readFileSync(new URL('../../../core/src/chat-request.ts', import.meta.url), 'utf8');
    const body = /export interface ChatRequest \{(.*?)\n\}/s.exec(source)?.[1] ?? '';
    const declared = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    expect(declared.toSorted()).toEqual(fields.toSorted());
  });

  it.each(telling)('changes with %s', (field) => {
    const values: fc.Arbitrary<unknown> = requestFields[field];
    fc.assert(
      fc.property(anyRequest, values, values, (request, one, other) => {
        fc.pre(!isSame(one, other));
        return digest({ ...request, [field]: one }) !== digest({ ...request, [field]: other });
      }),
      { numRuns: 60 },
    );
  });

  it.each(telling)('tells a request with %s from one without', (field) => {
    const values: fc.Arbitrary<unknown> = requestFields[field];
    fc.assert(
      fc.property(anyRequest, values, (request, value) => {
        // What is always there is empty instead.
        const absent: unknown = Array.isArray(aRequest()[field]) ? [] : undefined;
        fc.pre(!(absent !== undefined && isSame(value, absent)) && !isUsual(field, value));
        return digest({ ...request, [field]: value }) !== digest({ ...request, [field]: absent });
      }),
      { numRuns: 40 },
    );
  });

  it.each([...transport])('does not change with %s', (field) => {
    const values: fc.Arbitrary<unknown> = requestFields[field];
    fc.assert(
      fc.property(anyRequest, values, (request, value) => digest({ ...request, [field]: value }) === digest(request)),
    );
  });

  it('is never the same for two operations', () => {
    const operations: readonly Operation[] = ['generate', 'count', 'embed'];
    fc.assert(
      fc.property(anyRequest, (request) => {
        const digests = operations.map((operation) => digest(request, operation));
        return new Set(digests).size === operations.length;
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(fc.property(anyRequest, (request) => digest(turned(request)) === digest(request)));
  });

  it('takes one choice and none said for the same', () => {
    expect(digest(aRequest('a', { choices: 1 }))).toBe(digest(aRequest('a')));
  });

  it('does not depend on the order in which the fields of one dialect stood', () => {
    const [one, other] = [
      { dialect: 'openai-chat', path: 'logit_bias', value: { 50256: -100 } },
      { dialect: 'openai-chat', path: 'verbosity', value: 'low' },
    ] as const;
    expect(digest(aRequest('a', { foreign: [one, other] }))).toBe(digest(aRequest('a', { foreign: [other, one] })));
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

  it('is never the same for two principals, whatever their ids look like', () => {
    const id = fc.oneof(fc.string({ minLength: 1 }), imitation);
    fc.assert(
      fc.property(id, id, anyRequest, (one, other, request) => {
        fc.pre(one !== other);
        const call = { operation: 'generate', request } as const;
        const [ofOne, ofOther] = [one, other].map((each) =>
          digestRequest(call, toKeyScope({ id: each, name: 'same' })),
        );
        return ofOne !== ofOther;
      }),
    );
  });

  it('is never the same for two scopes, whatever their ids look like', () => {
    const kind = fc.constantFrom('key' as const, 'user' as const, 'team' as const);
    const id = fc.oneof(fc.string({ minLength: 1 }), imitation);
    const scope = fc.oneof(
      fc.constant(sharedScope),
      fc.tuple(kind, id).map(([one, of]) => createScope(one, of)),
    );
    const question = { operation: 'generate', request: aRequest() } as const;
    fc.assert(
      fc.property(scope, scope, (one, other) => {
        fc.pre(one.kind !== other.kind || one.id !== other.id);
        return digestRequest(question, one) !== digestRequest(question, other);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a digest of what a client sent', () => {
  const digestSent = (body: string, request = aRequest()): string => {
    const original = { dialect: 'openai-chat', body: new TextEncoder().encode(body), headers: {} } as const;
    return digestRequest({ operation: 'generate', request, original }, sharedScope);
  };

  it('does not depend on white space', () => {
    expect(digestSent('{ }')).toBe(digestSent('{}'));
  });

  it.each([
    [2 ** 60, '1152921504606846976', '1152921504606846977'],
    [Infinity, '1e400', '1e401'],
  ])('goes by the bytes where the number %d stands for several', (seed, one, other) => {
    const digestOf = (body: string): string => digestSent(body, aRequest('a', { seed }));
    expect(digestOf(one)).not.toBe(digestOf(other));
    expect(digestOf(one)).toBe(digestOf(one));
  });
});

describe('a digest with headers', () => {
  const ignored = new Set(['x-goog-api-client']);
  const add = (headers: Record<string, string>): string => digestWithHeaders('d', headers, ignored);

  it('is the one without where no header tells anything', () => {
    expect([add({}), add({ 'x-goog-api-client': '1' })]).toEqual(['d', 'd']);
  });

  it('depends on names and values, wherever one ends and the other begins', () => {
    const all = [{}, { a: 'b' }, { a: 'c' }, { ab: '' }, { b: 'a' }, { a: 'b', c: 'd' }, { a: 'b1:c1:d' }];
    expect(new Set(all.map(add)).size).toBe(all.length);
  });

  it('does not depend on their order', () => {
    expect(add({ a: '1', b: '2' })).toBe(add({ b: '2', a: '1' }));
  });
});

describe('a key', () => {
  it('names the question and who answered', () => {
    expect([keyFor('d', target), keyFor('d', otherTarget)]).toEqual(['d:claude/opus', 'd:gpt/five']);
  });
});
