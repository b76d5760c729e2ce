import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createValueStore } from './value-store.js';
import type { ValueStoreOptions } from './value-store.js';

const setUp = (options: Partial<ValueStoreOptions<string>> = {}) => {
  const evicted: string[] = [];
  const store = createValueStore<string>({
    maxEntries: 100,
    maxBytes: 100,
    onEvicted: (key, value, reason) => void evicted.push(`${key} ${value} ${reason}`),
    ...options,
  });
  const set = (key: string, bytes: number, worth: number): boolean => store.set(key, `of ${key}`, { bytes, worth });
  const keys = (): string[] => [...store.entries()].map(([key]) => key).sort();
  return { store, evicted, set, keys };
};

describe('a store that keeps what is most valuable', () => {
  it('gives back what is kept', () => {
    const { store, set } = setUp();
    set('a', 10, 1);
    expect([store.get('a'), store.peek('a'), store.get('b'), store.peek('b')]).toEqual([
      'of a',
      'of a',
      undefined,
      undefined,
    ]);
  });

  it('keeps what is worth more for each byte', () => {
    const { set, keys, evicted } = setUp();
    set('dear', 50, 100);
    set('cheap', 50, 1);
    set('fair', 50, 50);
    expect([keys(), evicted]).toEqual([['dear', 'fair'], ['cheap of cheap bytes']]);
  });

  it('keeps the small of what is worth the same', () => {
    const { set, keys } = setUp();
    set('large', 60, 10);
    set('small', 20, 10);
    set('middle', 30, 10);
    expect(keys()).toEqual(['middle', 'small']);
  });

  it('keeps what is used more', () => {
    const { store, set, keys } = setUp();
    set('a', 50, 10);
    set('b', 50, 10);
    store.get('a');
    set('c', 50, 10);
    expect(keys()).toEqual(['a', 'c']);
  });

  it('lets what was used longest ago leave where all else is the same', () => {
    const { set, keys } = setUp({ maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) set(key, 10, 10);
    expect(keys()).toEqual(['b', 'c']);
  });

  it('works like LRU where nothing is worth anything', () => {
    const { store, set, keys } = setUp({ maxEntries: 2 });
    set('a', 10, 0);
    set('b', 10, Number.NaN);
    store.get('a');
    set('c', 10, -1);
    expect(keys()).toEqual(['a', 'c']);
  });

  it('cannot tell that something was peeked at', () => {
    const { store, set, keys } = setUp({ maxEntries: 2 });
    set('a', 10, 10);
    set('b', 10, 10);
    store.peek('a');
    set('c', 10, 10);
    expect(keys()).toEqual(['b', 'c']);
  });

  it('does not admit what is worth less than what it would push out', () => {
    const { set, keys, evicted } = setUp();
    set('a', 60, 100);
    expect([set('b', 60, 1), keys(), evicted]).toEqual([false, ['a'], []]);
  });

  it('admits at last what is asked for in vain again and again', () => {
    const { store, set } = setUp();
    set('a', 60, 100);
    let refusals = 0;
    for (; !set('b', 60, 30); refusals += 1) store.get('b');
    expect([refusals > 0, store.peek('a')]).toEqual([true, undefined]);
  });

  it('lets go of what nobody uses any more, however much it was worth', () => {
    const { store, set } = setUp({ maxEntries: 10 });
    set('old', 10, 1_000);
    for (let index = 0; index < 5_000; index += 1) {
      store.get(`${index % 20}`);
      set(`${index % 20}`, 10, 10);
    }
    expect(store.peek('old')).toBeUndefined();
  });

  it('remembers how often something was used when it comes back', () => {
    const { store, set, keys } = setUp({ maxEntries: 2 });
    set('known', 10, 10);
    for (let uses = 0; uses < 9; uses += 1) store.get('known');
    store.delete('known');
    set('known', 10, 10);
    for (const key of ['a', 'b', 'c']) set(key, 10, 20);
    expect(keys()).toEqual(['c', 'known']);
  });

  it('keeps the uses of a key whose value is replaced', () => {
    const { store, set, keys } = setUp({ maxEntries: 2 });
    set('a', 10, 10);
    store.get('a');
    store.get('a');
    set('a', 10, 10);
    for (const key of ['b', 'c', 'd']) set(key, 10, 10);
    expect(keys()).toEqual(['a', 'd']);
  });

  it.each([
    ['is larger than everything together', {}],
    ['finds no room at all', { maxEntries: 0 }],
  ])('refuses what %s, and the old value is gone', (_, options) => {
    const { store, set, evicted } = setUp(options);
    set('a', 10, 10);
    expect([set('a', 101, 10), store.get('a'), store.size, store.bytes, evicted]).toEqual([false, undefined, 0, 0, []]);
  });

  it('says what it lacked when something left', () => {
    const { set, evicted } = setUp({ maxEntries: 2 });
    set('a', 10, 10);
    set('b', 80, 80);
    set('c', 10, 10);
    set('d', 95, 9_000);
    expect(evicted).toEqual(['a of a entries', 'b of b entries', 'c of c bytes']);
  });

  it('needs nobody to be told', () => {
    const store = createValueStore<number>({ maxEntries: 1, maxBytes: 10 });
    store.set('a', 1, { bytes: 1, worth: 1 });
    store.set('b', 2, { bytes: 1, worth: 1 });
    expect([...store.entries()]).toEqual([['b', 2]]);
  });

  it('says whether there was something to remove', () => {
    const { store, set } = setUp();
    set('a', 10, 10);
    expect([store.delete('a'), store.delete('a'), store.bytes]).toEqual([true, false, 0]);
  });

  it('is as new after it was cleared', () => {
    const { store, set, keys } = setUp({ maxEntries: 2 });
    const run = (): readonly string[] => {
      for (const key of ['a', 'b', 'a', 'c', 'a', 'd']) if (store.get(key) === undefined) set(key, 10, 10);
      return keys();
    };
    const first = run();
    store.clear();
    expect([store.size, store.bytes, store.get('a'), run()]).toEqual([0, 0, undefined, first]);
  });

  it('lets everything be removed while it is walked through', () => {
    const { store, set } = setUp();
    for (const key of ['a', 'b', 'c']) set(key, 10, 10);
    for (const [key] of store.entries()) store.delete(key);
    expect([store.size, store.bytes]).toEqual([0, 0]);
  });

  it('shrinks to the most valuable and says what left', () => {
    const { store, set, keys } = setUp();
    set('a', 30, 90);
    set('b', 30, 30);
    set('c', 30, 60);
    expect([store.resize(70), keys(), store.maxBytes]).toEqual([{ entries: 1, bytes: 30 }, ['a', 'c'], 70]);
  });

  it('keeps nothing when it is given no room', () => {
    const { store, set } = setUp();
    set('a', 0, 1);
    expect([store.resize(-1), store.size]).toEqual([{ entries: 1, bytes: 0 }, 0]);
  });

  it('evicts nothing when it is given more room', () => {
    const { store, set } = setUp();
    set('a', 90, 1);
    expect([store.resize(200), set('b', 110, 1), store.bytes]).toEqual([{ entries: 0, bytes: 0 }, true, 200]);
  });

  it('bears any worth', () => {
    const { set, keys } = setUp({ maxEntries: 2 });
    for (let index = 0; index < 3_000; index += 1) set(`${index}`, 0, Number.MAX_VALUE);
    set('cheap', 1, 1);
    expect(keys()).toContain('2999');
  });

  it('decides after any number of evictions as it did at first', () => {
    const { store, set, keys } = setUp({ maxEntries: 3 });
    for (let index = 0; index < 100_000; index += 1) set(`${index}`, 1, 1_000_000_000);
    store.resize(0);
    store.resize(100);
    set('dear', 10, 0.003);
    set('cheap', 10, 0.001);
    set('fair', 10, 0.002);
    set('fine', 10, 0.0025);
    expect(keys()).toEqual(['dear', 'fair', 'fine']);
  });
});

interface Step {
  readonly action: 'set' | 'get' | 'delete' | 'resize' | 'clear';
  readonly key: string;
  readonly bytes: number;
  readonly worth: number;
}

describe('a store of any history', () => {
  const step: fc.Arbitrary<Step> = fc.record({
    action: fc.constantFrom<Step['action']>('set', 'set', 'set', 'get', 'get', 'delete', 'resize', 'clear'),
    key: fc.integer({ min: 0, max: 40 }).map(String),
    bytes: fc.nat(120),
    worth: fc.nat(1_000),
  });
  const history = fc.array(step, { maxLength: 400 });

  it('counts to the byte, stays within its bounds, and holds what it was given unless that left', () => {
    const check = fc.property(history, (steps) => {
      const model = new Map<string, number>();
      const store = createValueStore<number>({
        maxEntries: 12,
        maxBytes: 500,
        onEvicted: (key, value) => expect([model.get(key), model.delete(key)]).toEqual([value, true]),
      });
      for (const { action, key, bytes, worth } of steps) {
        if (action === 'set') {
          model.delete(key);
          if (store.set(key, bytes, { bytes, worth })) model.set(key, bytes);
        } else if (action === 'get') expect(store.get(key)).toBe(model.get(key));
        else if (action === 'delete') expect(store.delete(key)).toBe(model.delete(key));
        else if (action === 'resize') store.resize(300 + bytes);
        else if (bytes > 100) {
          store.clear();
          model.clear();
        }
        const entries = new Map(store.entries());
        expect(entries).toEqual(model);
        expect(store.size).toBe(model.size);
        expect(store.bytes).toBe([...model.values()].reduce((sum, each) => sum + each, 0));
        expect(store.size).toBeLessThanOrEqual(12);
        expect(store.bytes).toBeLessThanOrEqual(store.maxBytes);
      }
    });
    fc.assert(check);
  });

  it('is what the same history makes of it again', () => {
    const run = (steps: readonly Step[]) => {
      const { store, set, evicted } = setUp({ maxEntries: 5 });
      for (const { action, key, bytes, worth } of steps) {
        if (action === 'set') set(key, bytes, worth);
        if (action === 'get') store.get(key);
        if (action === 'delete') store.delete(key);
      }
      return [evicted, [...store.entries()]];
    };
    fc.assert(fc.property(history, (steps) => expect(run(steps)).toEqual(run(steps))));
  });

  it('counts to the byte after much churn', () => {
    const store = createValueStore<number>({ maxEntries: 2_000, maxBytes: 1_000_000 });
    let key = 1;
    for (let index = 0; index < 200_000; index += 1) {
      key = (key * 48_271) % 2_147_483_647;
      const bytes = 1 + (key % 4_000);
      if (store.get(`${key % 5_000}`) === undefined) store.set(`${key % 5_000}`, bytes, { bytes, worth: key % 977 });
    }
    let sum = 0;
    for (const [, bytes] of store.entries()) sum += bytes;
    expect([store.bytes, store.bytes <= 1_000_000, store.size <= 2_000]).toEqual([sum, true, true]);
  });
});
