import type { EntryFilter } from '@claudette/cache';
import { toScope } from '@claudette/cache';
import type { Call, Outcome, Reply } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { makeCall, target } from '../__fixtures__/make-call.js';
import { withInvalidation } from './with-invalidation.js';
import type { Dependency } from './with-invalidation.js';

const dependency: Dependency = { when: { tag: 'write' }, invalidates: { tag: 'docs' }, everywhere: false };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const replyOf = (reply: Partial<Reply>, outcome: Partial<Outcome>): Reply => ({
  target,
  dialect: target.dialect,
  framing: 'json',
  status: 200,
  headers: {},
  bytes: (async function* () {})(),
  outcome: Promise.resolve({ kind: 'complete', receivedBytes: 0, ...outcome }),
  losses: [],
  cache: 'miss',
  attempts: 1,
  cancel: () => undefined,
  ...reply,
});

const setUp = (changes: Partial<Dependency> = {}, more: { remove?: () => Promise<unknown> } = {}) => {
  const removed: EntryFilter[] = [];
  const failures: unknown[] = [];
  const interceptor = withInvalidation({
    dependencies: [{ ...dependency, ...changes }],
    scopeOf: toScope('key'),
    async remove(filter) {
      removed.push(filter);
      await more.remove?.();
    },
    onError: (thrown) => void failures.push(thrown),
  });
  const answer = async (
    call: Partial<Call['context']> & Pick<Partial<Call>, 'operation'> = {},
    reply: Partial<Reply> = {},
    outcome: Partial<Outcome> = {},
  ): Promise<void> => {
    const { operation = 'generate', ...context } = call;
    const made = { ...makeCall({ tags: ['write'], ...context }), operation };
    await interceptor(async () => replyOf(reply, outcome))(made);
    await settled();
  };
  return { removed, failures, answer };
};

describe('an exchange that others depend on', () => {
  it("removes what it makes untrue from the caller's own scope", async () => {
    const { removed, answer } = setUp();
    await answer({ principal: { id: 'k7', name: 'Ada' } });
    expect(removed).toEqual([{ tag: 'docs', scope: { kind: 'key', id: 'k7' } }]);
  });

  it('removes it everywhere where the configuration says so', async () => {
    const { removed, answer } = setUp({ everywhere: true });
    await answer();
    expect(removed).toEqual([{ tag: 'docs' }]);
  });

  it.each<[string, Partial<Reply>, Partial<Outcome>]>([
    ['was answered from the cache', { cache: 'hit' }, {}],
    ['was answered by an expired entry', { cache: 'stale' }, {}],
    ["shared another one's call", { cache: 'coalesced' }, {}],
    ['left its call to another one', { cache: 'miss' }, { share: { cache: 'coalesced', attempts: 0 } }],
    ['failed', { cache: 'miss' }, { kind: 'failed' }],
    ['was left', { cache: 'bypass' }, { kind: 'abandoned' }],
  ])('removes nothing when it %s', async (_how, reply, outcome) => {
    const { removed, answer } = setUp();
    await answer({}, reply, outcome);
    expect(removed).toEqual([]);
  });

  it.each<[string, Partial<Reply>, Partial<Outcome>]>([
    ['was sent', { cache: 'miss' }, {}],
    ['could not be cached', { cache: 'bypass' }, {}],
    ['took over a shared call', { cache: 'coalesced' }, { share: { cache: 'miss', attempts: 1 } }],
  ])('removes once when it %s', async (_how, reply, outcome) => {
    const { removed, answer } = setUp();
    await answer({}, reply, outcome);
    expect(removed).toHaveLength(1);
  });
});

describe('a dependency', () => {
  const lab = { ...target, backend: 'lab', model: 'm' };

  it.each<[Dependency['when'], number]>([
    [{ tag: 'write' }, 1],
    [{ tag: 'read' }, 0],
    [{ operation: 'embed' }, 1],
    [{ operation: 'generate' }, 0],
    [{ backend: 'lab', model: 'm' }, 1],
    [{ backend: 'lab', model: 'n' }, 0],
    [{ backend: 'other' }, 0],
  ])('is met by all that it says: %j', async (when, times) => {
    const { removed, answer } = setUp({ when });
    await answer({ operation: 'embed' }, { target: lab });
    expect(removed).toHaveLength(times);
  });
});

describe('many exchanges', () => {
  it('make one removal of those that wait for the one under way', async () => {
    let finish = (): void => undefined;
    const { removed, answer } = setUp({}, { remove: () => new Promise<void>((resolve) => (finish = resolve)) });
    for (let index = 0; index < 10; index += 1) await answer();
    expect(removed).toHaveLength(1);
    finish();
    await settled();
    expect(removed).toHaveLength(2);
    finish();
    await settled();
    await answer();
    expect(removed).toHaveLength(3);
  });

  it('go on when a removal fails, which is told', async () => {
    const { removed, failures, answer } = setUp({}, { remove: () => Promise.reject(new Error('away')) });
    await answer();
    await answer();
    expect([removed.length, failures.length]).toEqual([2, 2]);
  });
});
