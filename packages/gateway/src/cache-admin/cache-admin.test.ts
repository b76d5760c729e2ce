import { createCache } from '@claudette/cache';
import type { Cache } from '@claudette/cache';
import { GatewayError } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { startBench } from '../__fixtures__/start-bench.js';
import type { Bench } from '../__fixtures__/start-bench.js';
import { createCacheAdmin } from './cache-admin.js';
import type { WarmProgress } from './cache-admin.js';

const setUp = (changes: Partial<Cache> = {}) => {
  const clock = createFakeClock();
  const cache = createCache({ clock, observe: () => undefined, maxEntries: 9, maxBytes: 9_999, maxEntryBytes: 9_999 });
  const asked: unknown[] = [];
  const savers = (options: unknown) => {
    asked.push(options);
    return [
      { cacheKey: 'b', hits: 2, savedNano: 9n },
      { cacheKey: 'a', hits: 1, savedNano: 8n },
    ];
  };
  return { asked, clock, admin: createCacheAdmin({ cache: { ...cache, ...changes }, ledger: { savers }, clock }) };
};

describe('warming', () => {
  it('looks for what the ledger says saved most in the last days', async () => {
    const { admin, asked, clock } = setUp();
    const seen: WarmProgress[] = [];
    const report = await admin.warm({ limit: 5, days: 1 }, (progress) => void seen.push(progress));
    expect(asked).toEqual([{ sinceMs: clock.epochMs() - 86_400_000, limit: 5 }]);
    const progress = { wanted: 2, loaded: 0, bytes: 0, present: 0, missing: 2, refused: 0 };
    expect(seen).toEqual([progress]);
    const nothing = { entries: 0, bytes: 0 };
    expect(report).toEqual({ ...progress, before: nothing, after: nothing });
  });

  it('looks a week back for a thousand entries unless it is told otherwise', async () => {
    const { admin, asked, clock } = setUp();
    await admin.warm({});
    expect(asked).toEqual([{ sinceMs: clock.epochMs() - 7 * 86_400_000, limit: 1_000 }]);
  });
});

describe('a store that does not answer', () => {
  it('is named, and what it said is not', async () => {
    const { admin } = setUp({ count: () => Promise.reject(new Error('connect redis://user:secret@host')) });
    await expect(admin.count()).rejects.toMatchObject({
      code: 'internal',
      detail: "the cache's store does not answer",
    });
  });

  it('does not hide what was wrong with the request', async () => {
    const { admin } = setUp({ list: () => Promise.reject(new GatewayError('invalid_request', 'cursor')) });
    await expect(admin.list()).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

describe('a declared dependency', () => {
  it('makes the entries untrue that it names, and no others', async () => {
    const started = (bench = await startBench({
      cache: { store: 'memory:', dependencies: [{ when: { tag: 'write' }, invalidates: { tag: 'docs' } }] },
    }));
    const tell = async (content: string, tag: string): Promise<string | undefined> => {
      const body = { model: 'auto', temperature: 0, messages: [{ role: 'user', content }] };
      return (await started.tell({ body, headers: { 'x-claudette-tags': tag } })).headers['x-claudette-cache'];
    };
    await tell('what is in the docs?', 'docs');
    await tell('what is in the news?', 'news');
    expect(await tell('what is in the docs?', 'docs')).toBe('hit');
    await tell('change the docs', 'write');
    await new Promise((resolve) => setImmediate(resolve));
    expect([await tell('what is in the docs?', 'docs'), await tell('what is in the news?', 'news')]).toEqual([
      'miss',
      'hit',
    ]);
  });
});

describe('an answer from the cache', () => {
  it('is on record with the key of the answer that was given', async () => {
    const { tell, observations } = (bench = await startBench());
    for (let index = 0; index < 2; index += 1) await tell({ fields: { temperature: 0 } });
    const records = observations.flatMap((one) => (one.kind === 'exchange-end' ? [one.record] : []));
    expect(records.map(({ cacheKey }) => cacheKey)).toEqual([undefined, expect.stringMatching(/:first\/gpt-fake$/)]);
  });
});
