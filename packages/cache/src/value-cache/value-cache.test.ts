import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';
import { Keyv } from 'keyv';

import { createValueCache } from './value-cache.js';
import type { ValueCacheOptions } from './value-cache.js';

const setUp = (options: Partial<ValueCacheOptions<string>> = {}) => {
  const clock = createFakeClock({ epochMs: Date.now() });
  const cache = createValueCache<string>({
    clock,
    maxBytes: 1_000,
    ttlMs: 60_000,
    sizeOf: (value) => value.length,
    ...options,
  });
  return { clock, cache };
};

/** A Keyv whose store never answers while it hangs. */
const createHangingKeyv = () => {
  const rows = new Map<string, string>();
  let hangs = false;
  const answer = <T>(work: () => T): Promise<T> => (hangs ? new Promise(() => undefined) : Promise.resolve(work()));
  const adapter = {
    opts: {},
    on: () => adapter,
    get: (key: string) => answer(() => rows.get(key) as never),
    set: (key: string, text: string) => answer(() => rows.set(key, text)),
    delete: (key: string) => answer(() => rows.delete(key)),
    clear: () => answer(() => rows.clear()),
  };
  return { keyv: new Keyv<string>({ store: adapter }), hang: (on: boolean) => void (hangs = on) };
};

describe('a value cache', () => {
  it('makes a value once and serves it until it expires', async () => {
    const { cache, clock } = setUp();
    let made = 0;
    const ask = () => cache.getOrMake('key', async () => `made ${(made += 1)}`);
    expect([await ask(), await ask()]).toEqual(['made 1', 'made 1']);
    clock.advance(60_000);
    expect(await ask()).toBe('made 2');
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2, shared: 0, entries: 1, bytes: 6 });
  });

  it('makes a value once for all who ask at the same time', async () => {
    const { cache } = setUp();
    let made = 0;
    const asked = Array.from({ length: 100 }, () => cache.getOrMake('key', async () => `made ${(made += 1)}`));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['made 1']));
    expect(cache.stats()).toMatchObject({ misses: 1, shared: 99 });
  });

  it('stores no failure', async () => {
    const { cache } = setUp();
    await expect(cache.getOrMake('key', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await cache.getOrMake('key', async () => 'yes')).toBe('yes');
  });

  it('keeps what took longest to make for its size', async () => {
    const { cache, clock } = setUp();
    await cache.getOrMake('slow', async () => {
      clock.advance(5_000);
      return 'x'.repeat(100);
    });
    for (let index = 0; index < 50; index += 1) cache.set(`quick${index}`, 'x'.repeat(100));
    expect(await cache.get('slow')).toBe('x'.repeat(100));
    expect(cache.stats().bytes).toBeLessThanOrEqual(1_000);
  });

  it('weighs what it is told to', async () => {
    const { cache } = setUp({ worthOf: (value) => (value.startsWith('gold') ? 1_000 : 1) });
    cache.set('treasure', `gold${'x'.repeat(96)}`);
    for (let index = 0; index < 50; index += 1) cache.set(`lead${index}`, 'x'.repeat(100), 1_000_000);
    expect(await cache.get('treasure')).toMatch(/^gold/);
  });

  it('forgets what is deleted and cleared', async () => {
    const { cache } = setUp();
    cache.set('a', '1');
    cache.set('b', '2');
    await cache.delete('a');
    expect([await cache.get('a'), await cache.get('b')]).toEqual([undefined, '2']);
    await cache.clear();
    expect([await cache.get('b'), cache.stats().entries]).toEqual([undefined, 0]);
  });

  it('does not store what was on its way when its key was removed', async () => {
    const { cache } = setUp();
    let finish = (): void => undefined;
    const asked = cache.getOrMake('key', () => new Promise((resolve) => (finish = () => resolve('old'))));
    await new Promise(setImmediate);
    await cache.delete('key');
    finish();
    expect([await asked, await cache.get('key')]).toEqual(['old', undefined]);
  });

  it.each(['delete', 'clear'] as const)(
    'shares nothing of before a removal with who asks after it: %s',
    async (how) => {
      const { cache } = setUp();
      let finish = (): void => undefined;
      const before = cache.getOrMake('key', () => new Promise((resolve) => (finish = () => resolve('old'))));
      await new Promise(setImmediate);
      await (how === 'delete' ? cache.delete('key') : cache.clear());
      const after = cache.getOrMake('key', () => Promise.resolve('new'));
      const joined = cache.getOrMake('key', () => Promise.reject(new Error('made twice')));
      finish();
      expect(await Promise.all([before, after, joined])).toEqual(['old', 'new', 'new']);
      expect(await cache.get('key')).toBe('new');
    },
  );
});

describe('a second tier', () => {
  it('outlives memory, with the time that is left', async () => {
    const second = new Keyv<string>();
    setUp({ second }).cache.set('key', 'kept');
    await new Promise(setImmediate);
    const { cache, clock } = setUp({ second });
    clock.advance(30_000);
    expect([await cache.get('key'), await cache.get('key')]).toEqual(['kept', 'kept']);
    expect(cache.stats()).toMatchObject({ hits: 2, secondHits: 1 });
    clock.advance(31_000);
    await second.delete('key');
    expect(await cache.get('key')).toBeUndefined();
  });

  it('keeps for as long as the cache does what says no time itself', async () => {
    const second = new Keyv<string>();
    await second.set('key', 'kept');
    const { cache, clock } = setUp({ second });
    expect(await cache.get('key')).toBe('kept');
    await second.clear();
    clock.advance(59_999);
    expect(await cache.get('key')).toBe('kept');
    clock.advance(1);
    expect(await cache.get('key')).toBeUndefined();
  });

  it('is emptied with the cache', async () => {
    const second = new Keyv<string>();
    const { cache } = setUp({ second });
    cache.set('a', '1');
    cache.set('b', '2');
    await new Promise(setImmediate);
    await cache.delete('a');
    expect([await second.get('a'), await second.get('b')]).toEqual([undefined, '2']);
    await cache.clear();
    expect(await second.get('b')).toBeUndefined();
  });

  it('that does not answer costs one wait, is left alone for a while, and comes back', async () => {
    const { keyv, hang } = createHangingKeyv();
    const { cache, clock } = setUp({ second: keyv });
    await keyv.set('key', 'far');
    hang(true);
    const waiting = cache.get('key');
    await new Promise(setImmediate);
    clock.advance(50);
    expect(await waiting).toBeUndefined();
    expect(await cache.get('key')).toBeUndefined();
    hang(false);
    clock.advance(1_000);
    expect(await cache.get('key')).toBe('far');
  });

  it('that fails has nothing, and nobody hears of it', async () => {
    const second = new Keyv<string>({
      throwOnErrors: true,
      store: Object.assign(new Map<string, string>(), {
        get: () => {
          throw new Error('the disk is gone');
        },
      }),
    });
    const { cache } = setUp({ second });
    expect(await cache.getOrMake('key', async () => 'made')).toBe('made');
    expect(await cache.get('key')).toBe('made');
  });

  it('drops writes that it is too slow for, and those it refuses', async () => {
    const { keyv, hang } = createHangingKeyv();
    const { cache } = setUp({ second: keyv });
    hang(true);
    for (let index = 0; index < 130; index += 1) cache.set(`key${index}`, 'x');
    expect(cache.stats().droppedWrites).toBe(30);
  });

  it('counts a write that is refused', async () => {
    const second = new Keyv<string>({ throwOnErrors: true, serialize: () => Promise.reject(new Error('no')) });
    const { cache } = setUp({ second });
    cache.set('key', 'x');
    await new Promise(setImmediate);
    expect(cache.stats().droppedWrites).toBe(1);
  });
});
