import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createFakeClock } from '@claudette/testing';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import type { Entry } from '../entry/entry.js';
import { createMemoryTier, entryBytes } from './memory-tier.js';
import type { MemoryTierOptions } from './memory-tier.js';

const setUp = (options: Partial<MemoryTierOptions> = {}) => {
  const clock = createFakeClock();
  const evicted: string[] = [];
  const tier = createMemoryTier({
    clock,
    maxEntries: 3,
    maxBytes: 1_000_000,
    maxEntryBytes: 1_000,
    onEvicted: (reason, count) => void evicted.push(`${reason} ${count}`),
    ...options,
  });
  return { clock, evicted, tier };
};

describe('the memory tier', () => {
  it('gives back what was stored', () => {
    const { tier } = setUp();
    const entry = anEntry();
    tier.set('a', entry);
    expect(tier.get('a')).toBe(entry);
  });

  it('knows nothing of other keys', () => {
    expect(setUp().tier.get('a')).toBeUndefined();
  });

  it('lets the least recently used leave when there are too many', () => {
    const { tier, evicted } = setUp();
    for (const key of ['a', 'b', 'c']) tier.set(key, anEntry());
    tier.get('a');
    tier.set('d', anEntry());
    expect(['a', 'b', 'c', 'd'].filter((key) => tier.get(key))).toEqual(['a', 'c', 'd']);
    expect(evicted).toEqual(['entries 1']);
  });

  it('lets as many leave as the bytes need', () => {
    const size = entryBytes('a', anEntry());
    const { tier, evicted } = setUp({ maxBytes: 2 * size });
    tier.set('a', anEntry());
    tier.set('b', anEntry());
    const bytes = new Uint8Array(anEntry().bytes.byteLength + 1);
    tier.set('c', anEntry({ bytes, savings: { costNano: 9_000_000, durationMs: 1_000 } }));
    expect([tier.entries, evicted]).toEqual([1, ['bytes 1', 'bytes 1']]);
  });

  it.each([
    ['money', { costNano: 2_000_000, durationMs: 0 }, { costNano: 1_000_000, durationMs: 0 }],
    ['time', { durationMs: 2_000 }, { durationMs: 1_000 }],
    ['money and time', { costNano: 1_000_000, durationMs: 2_000 }, { costNano: 2_000_000, durationMs: 500 }],
    ['time where another saves less money', { durationMs: 3_000 }, { costNano: 2_000_000, durationMs: 0 }],
  ])('keeps what saves more %s', (_, dear, cheap) => {
    const { tier } = setUp({ maxEntries: 2 });
    tier.set('dear', anEntry({ savings: dear }));
    tier.set('cheap', anEntry({ savings: cheap }));
    tier.set('new', anEntry({ savings: dear }));
    expect(['dear', 'cheap', 'new'].filter((key) => tier.peek(key))).toEqual(['dear', 'new']);
  });

  it('does not push out what saves more than the new one', () => {
    const { tier, evicted } = setUp({ maxEntries: 1 });
    tier.set('a', anEntry());
    expect([tier.set('b', anEntry({ savings: { durationMs: 1 } })), tier.entries, evicted]).toEqual([false, 1, []]);
  });

  it('does not serve an entry from the millisecond until which it is kept', () => {
    const { tier, clock, evicted } = setUp();
    tier.set('a', anEntry({ expiresAtMs: startMs, keptUntilMs: startMs + 5 }));
    clock.advance(4);
    expect(tier.get('a')).toBeDefined();
    clock.advance(1);
    expect(tier.get('a')).toBeUndefined();
    expect([tier.entries, tier.bytes, evicted]).toEqual([0, 0, ['expired 1']]);
  });

  it('does not tell afterwards that an entry was peeked at', () => {
    const { tier, evicted, clock } = setUp();
    for (const key of ['a', 'b', 'c']) tier.set(key, anEntry());
    expect(tier.peek('a')).toBeDefined();
    tier.set('d', anEntry());
    expect([tier.peek('a'), evicted]).toEqual([undefined, ['entries 1']]);
    clock.advance(60_000);
    expect([tier.peek('d'), tier.entries, evicted]).toEqual([undefined, 3, ['entries 1']]);
  });

  it.each([
    ['is too large', { bytes: new Uint8Array(1_001) }, {}],
    ['is larger than the whole tier', {}, { maxBytes: 10 }],
    ['is not to be kept any more', { keptUntilMs: startMs }, {}],
    ['finds no room at all', {}, { maxEntries: 0 }],
  ])('refuses an entry that %s', (_, fields, options) => {
    const { tier } = setUp(options);
    expect([tier.set('a', anEntry(fields)), tier.entries, tier.bytes]).toEqual([false, 0, 0]);
  });

  it('does not keep the old entry when the new one of its key is refused', () => {
    const { tier } = setUp();
    tier.set('a', anEntry());
    tier.set('a', anEntry({ bytes: new Uint8Array(1_001) }));
    expect(tier.get('a')).toBeUndefined();
  });

  it('counts key, bytes, headers, losses, label and pace', () => {
    const label = (id: string, tags: readonly string[]): Partial<Entry> => ({
      label: { scope: { kind: 'key', id }, operation: 'generate', tags },
    });
    const bare = entryBytes('', anEntry({ bytes: new Uint8Array(), headers: {}, ...label('', []) }));
    const full = anEntry({
      bytes: new Uint8Array(5),
      headers: { ab: 'c' },
      losses: [{ path: 'p', reason: 'why' }],
      pace: [5, 0],
      ...label('k1', ['nightly']),
    });
    expect(entryBytes('key', full) - bare).toBe(3 + 5 + 3 + 4 + 16 + 2 + 7);
  });

  it('removes in time what is over, though nobody asks for it', () => {
    const { tier, clock, evicted } = setUp({ maxEntries: 10 });
    for (const key of ['a', 'b', 'c']) tier.set(key, anEntry({ expiresAtMs: startMs + 5 }));
    clock.advance(5);
    for (const key of ['d', 'e', 'f', 'g', 'h']) tier.set(key, anEntry());
    expect([tier.entries, evicted]).toEqual([5, ['expired 1', 'expired 1', 'expired 1']]);
  });

  it('walks through what is kept', () => {
    const { tier, clock } = setUp();
    tier.set('a', anEntry({ expiresAtMs: startMs + 5 }));
    tier.set('b', anEntry({ digest: 'd2' }));
    clock.advance(5);
    expect([...tier.walk()].map(([key, { digest }]) => [key, digest])).toEqual([['b', 'd2']]);
  });

  it('shrinks when it is told to, and says what left', () => {
    const size = entryBytes('a', anEntry());
    const { tier, evicted } = setUp();
    for (const key of ['a', 'b', 'c']) tier.set(key, anEntry());
    expect([tier.resize(size), tier.entries, tier.bytes, tier.maxBytes, evicted]).toEqual([
      { entries: 2, bytes: 2 * size },
      1,
      size,
      size,
      ['bytes 1', 'bytes 1'],
    ]);
  });

  it('says whether there was something to delete', () => {
    const { tier } = setUp();
    tier.set('a', anEntry());
    expect([tier.delete('a'), tier.delete('a')]).toEqual([true, false]);
  });

  it('counts to the byte, whatever happens', () => {
    const step = fc.record({
      action: fc.constantFrom('set', 'set', 'set', 'get', 'delete', 'wait'),
      key: fc.constantFrom('a', 'bb', 'ccc', 'dddd', 'eeeee'),
      size: fc.nat(1_200),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { tier, clock } = setUp({ maxBytes: 3_000 });
        for (const { action, key, size } of steps) {
          if (action === 'set')
            tier.set(key, anEntry({ bytes: new Uint8Array(size), expiresAtMs: clock.epochMs() + 50 }));
          if (action === 'get') tier.get(key);
          if (action === 'delete') tier.delete(key);
          if (action === 'wait') clock.advance(20);
          expect(tier.bytes).toBeLessThanOrEqual(3_000);
          expect(tier.entries).toBeLessThanOrEqual(3);
        }
        for (const key of ['a', 'bb', 'ccc', 'dddd', 'eeeee']) tier.delete(key);
        expect([tier.entries, tier.bytes]).toEqual([0, 0]);
      }),
    );
  });

  it('is empty after it was cleared', () => {
    const { tier } = setUp();
    tier.set('a', anEntry());
    tier.clear();
    expect([tier.entries, tier.bytes, tier.get('a')]).toEqual([0, 0, undefined]);
  });
});
