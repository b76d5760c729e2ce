import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';
import { Keyv } from 'keyv';

import { createKeyvMemory } from './keyv-memory.js';

const setUp = (maxBytes = 1_048_576) => {
  // Keyv reads the time of the machine for expiry; the store has its own.
  const clock = createFakeClock({ epochMs: Date.now() });
  const memory = createKeyvMemory({ clock, maxBytes });
  return { clock, memory, keyv: new Keyv({ store: memory.adapter() }) };
};

describe('a Keyv over the memory', () => {
  it.each([
    ['false', false],
    ['null', null],
    ['zero', 0],
    ['an empty text', ''],
    ['quotes', `'"'`],
    ['a text beyond Latin-1', 'grüße 🌍'],
    ['an object', { fizz: 'buzz', deep: [1, { a: null }] }],
    ['a Buffer', Buffer.from('bar')],
    ['an object that holds a Buffer', { buff: Buffer.from('buzz') }],
  ])('keeps %s', async (_, value) => {
    const { keyv } = setUp();
    expect(await keyv.set('key', value)).toBe(true);
    expect(await keyv.get('key')).toEqual(value);
  });

  it('has nothing under a key that was never set', async () => {
    const { keyv } = setUp();
    expect([await keyv.get('key'), await keyv.has('key'), await keyv.delete('key')]).toEqual([undefined, false, false]);
  });

  it("keeps whatever it is given, under keys that would be somebody else's quotes", async () => {
    const { keyv } = setUp();
    await keyv.set("'", 'single');
    await keyv.set('"', 'double');
    expect(await keyv.get(["'", '"'])).toEqual(['single', 'double']);
  });

  it('replaces a value', async () => {
    const { keyv } = setUp();
    await keyv.set('key', 'old');
    await keyv.set('key', 'new');
    expect(await keyv.get('key')).toBe('new');
  });

  it('gets many at once, in their order', async () => {
    const { keyv } = setUp();
    await keyv.setMany([
      { key: 'a', value: 1 },
      { key: 'c', value: 3 },
    ]);
    expect(await keyv.get(['a', 'b', 'c'])).toEqual([1, undefined, 3]);
    expect(await keyv.get(['x', 'y'])).toEqual([undefined, undefined]);
  });

  it('deletes one, many, and says whether there was any', async () => {
    const { keyv } = setUp();
    for (const key of ['a', 'b', 'c']) await keyv.set(key, key);
    expect(await keyv.delete('a')).toBe(true);
    expect(await keyv.delete(['b', 'c'])).toBe(true);
    expect(await keyv.delete(['b', 'c'])).toBe(false);
    expect(await keyv.get(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
  });

  it('forgets what has expired, and nothing before that', async () => {
    const { clock, keyv, memory } = setUp();
    await keyv.set('key', 'value', 1_000);
    clock.advance(999);
    expect([await keyv.has('key'), await keyv.get('key')]).toEqual([true, 'value']);
    clock.advance(1);
    expect([await keyv.has('key'), await keyv.get('key'), memory.entries]).toEqual([false, undefined, 0]);
  });

  it('clears everything when it has no namespace', async () => {
    const { memory } = setUp();
    const keyv = new Keyv({ store: memory.adapter(), namespace: '' });
    const adapter = memory.adapter();
    await keyv.set('a', 1);
    expect(await adapter.clear()).toBeUndefined();
    expect([memory.entries, memory.bytes]).toEqual([0, 0]);
  });
});

describe('Keyvs that share the memory', () => {
  const shared = () => {
    const { memory } = setUp();
    const [one, two] = ['one', 'two'].map((namespace) => new Keyv({ store: memory.adapter(), namespace }));
    return { one: one as Keyv, two: two as Keyv };
  };

  it('do not see what is of another namespace', async () => {
    const { one, two } = shared();
    await one.set('key', 1);
    await two.set('key', 2);
    expect([await one.get('key'), await two.get('key')]).toEqual([1, 2]);
    await one.delete('key');
    expect([await one.get('key'), await two.get('key')]).toEqual([undefined, 2]);
  });

  it('clear their own namespace only', async () => {
    const { one, two } = shared();
    for (const key of ['a', 'b']) {
      await one.set(key, 1);
      await two.set(key, 2);
    }
    await one.clear();
    expect([await one.get(['a', 'b']), await two.get(['a', 'b'])]).toEqual([
      [undefined, undefined],
      [2, 2],
    ]);
  });
});

describe('the memory', () => {
  it('never takes more than it may', async () => {
    const { keyv, memory } = setUp(10_000);
    for (let index = 0; index < 200; index += 1) {
      await keyv.set(`key${index}`, 'x'.repeat(index % 40));
      expect(memory.bytes).toBeLessThanOrEqual(10_000);
    }
    expect(memory.entries).toBeGreaterThan(20);
  });

  it('keeps what took long to make and lets go what was made at once', async () => {
    const { clock, keyv } = setUp(10_000);
    await keyv.get('slow');
    clock.advance(60_000);
    await keyv.set('slow', 'x');
    for (let index = 0; index < 500; index += 1) {
      await keyv.get(`quick${index}`);
      await keyv.set(`quick${index}`, 'x');
    }
    expect(await keyv.get('slow')).toBe('x');
  });

  it('remembers a bounded number of misses', async () => {
    const { clock, keyv } = setUp();
    await keyv.get('first');
    clock.advance(1_000);
    for (let index = 0; index < 10_000; index += 1) await keyv.get(`other${index}`);
    await keyv.set('first', 'x');
    expect(await keyv.get('first')).toBe('x');
  });
});
