import { describe, expect, it } from '@jest/globals';

import { aCall, otherTarget, planFor, target } from '../__fixtures__/calls.js';
import { createQuestions, digestFor } from './question.js';
import { sharedScope } from './scope.js';

const toQuestion = createQuestions({
  scopeOf: () => sharedScope,
  sampling: { native: 'all', dialects: 'all' },
  ignoredHeaders: ['x-goog-api-client'],
});
const sent = (headers: Record<string, string>) =>
  toQuestion(
    aCall({
      plan: planFor(target, otherTarget),
      original: { dialect: target.dialect, body: new Uint8Array(), headers },
    }),
  );

describe('the keys of a question', () => {
  it('depend on the headers of the client where the target speaks its dialect, and so gets them', () => {
    const [plain, beta] = [sent({}), sent({ 'anthropic-beta': 'context-1m' })];
    expect(beta?.keys[0]).not.toBe(plain?.keys[0]);
    expect(beta?.keys[1]).toBe(plain?.keys[1]);
  });

  it('do not depend on headers that are named as meaningless', () => {
    expect(sent({ 'x-goog-api-client': '1' })?.keys).toEqual(sent({})?.keys);
  });

  it('begin with the digest for their target', () => {
    const question = sent({ 'anthropic-beta': 'context-1m' });
    const digests = question?.targets.map((one) => digestFor(question, one));
    expect(question?.keys.map((key) => key.split(':')[0])).toEqual(digests);
    expect(new Set(digests).size).toBe(2);
  });

  it('are none where the request is nested more deeply than the stack allows', () => {
    let schema: unknown = {};
    for (let depth = 0; depth < 100_000; depth += 1) schema = { schema };
    const request = { ...aCall().request, outputFormat: { kind: 'json-schema', schema } } as const;
    expect(toQuestion(aCall({ request }))).toBeUndefined();
  });
});
