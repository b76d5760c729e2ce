import { describe, expect, it } from '@jest/globals';

import { createFakeClock } from '@claudette/testing';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { createScriptedStore } from '../__fixtures__/scripted-store.js';
import { get, setUpTier } from '../__fixtures__/tiers.js';
import { settled } from '../__fixtures__/upstream.js';
import type { EntryFilter } from '../entry/entry-filter.js';
import { formatEntry } from '../entry/entry-text.js';
import type { Entry } from '../entry/entry.js';
import { createKeyvTier } from './keyv-tier.js';

const tagged = (...tags: string[]): Entry =>
  anEntry({ label: { scope: { kind: 'key', id: 'k1' }, operation: 'generate', tags } });

const five = { a: tagged('docs'), b: tagged(), c: tagged('docs'), d: tagged('news'), e: tagged('news', 'docs') };

describe('the list of a second tier', () => {
  it('comes in pages, each with a place to go on from', async () => {
    const { tier } = await setUpTier(five);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await tier.list(cursor);
      pages.push(page.entries.map(({ key }) => key));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('says what an entry is, and nothing of what was asked or answered', async () => {
    const { tier } = await setUpTier({ a: tagged('docs') });
    expect((await tier.list()).entries).toEqual([
      {
        key: 'a',
        scope: { kind: 'key', id: 'k1' },
        operation: 'generate',
        tags: ['docs'],
        costNano: 1_000_000,
        durationMs: 1_000,
        target: { backend: anEntry().target.backend, model: anEntry().target.model },
        bytes: anEntry().bytes.byteLength,
        storedAtMs: startMs,
        expiresAtMs: startMs + 60_000,
      },
    ]);
  });

  it('leaves out what is damaged, of an older version or not kept any more', async () => {
    const { tier, store } = await setUpTier({ a: anEntry() });
    store.rows.set('b', 'garbage');
    store.rows.set('c', `${'9'.repeat(15)}2{}`);
    store.rows.set('d', formatEntry('d', anEntry({ keptUntilMs: startMs })));
    const first = await tier.list();
    const second = await tier.list(first.next);
    expect([...first.entries, ...second.entries].map(({ key }) => key)).toEqual(['a']);
  });

  it('has entries whose labels are uncommonly long', async () => {
    const tags = Array.from({ length: 100 }, (_, index) => `a tag that nobody would give, number ${index}`);
    const { tier } = await setUpTier({ a: tagged(...tags), b: tagged() });
    expect((await tier.list()).entries.map((entry) => entry.tags.length)).toEqual([100, 0]);
  });
});

describe('removing from a second tier', () => {
  it('takes away what is meant, and says how many there were', async () => {
    const { tier, store } = await setUpTier(five);
    expect(await tier.remove({ tag: 'docs' })).toBe(3);
    expect([[...store.rows.keys()], get(tier, 'a'), tier.stats().entries]).toEqual([['b', 'd'], undefined, 2]);
  });

  it('takes away what waits to be written as well', async () => {
    const { tier, store, clock } = await setUpTier({ a: tagged('docs') });
    tier.set('a', tagged('docs'));
    tier.set('f', tagged('docs'));
    tier.set('g', tagged());
    expect(await tier.remove({ tag: 'docs' })).toBe(2);
    await clock.advanceAsync(20);
    await settled();
    expect([...store.rows.keys()]).toEqual(['g']);
  });

  it('waits for what is just being written', async () => {
    const { tier, store, clock } = await setUpTier();
    store.mode = 'hangs';
    tier.set('a', tagged('docs'));
    await clock.advanceAsync(20);
    const removed = tier.remove({ tag: 'docs' });
    await settled();
    store.release();
    await removed;
    expect(store.rows.size).toBe(0);
  });

  it('counts what is stored and what waits', async () => {
    const { tier } = await setUpTier({ a: anEntry(), b: anEntry() });
    tier.set('c', anEntry());
    expect(await tier.count()).toBe(3);
  });

  it('can take away everything', async () => {
    const { tier, store } = await setUpTier({ a: anEntry(), b: anEntry() });
    tier.set('c', anEntry());
    expect(await tier.clear()).toEqual({ before: 2, after: 0 });
    expect([store.rows.size, get(tier, 'a'), get(tier, 'c'), tier.stats().entries]).toEqual([
      0,
      undefined,
      undefined,
      0,
    ]);
  });

  it('leaves room for others where the newest were', async () => {
    const { tier, store, clock } = await setUpTier({ a: anEntry(), b: tagged('docs') });
    await tier.remove({ tag: 'docs' });
    await settled();
    store.writeElsewhere('c', formatEntry('c', anEntry()));
    clock.advance(1_000);
    void get(tier, 'c');
    await settled();
    expect(await get(tier, 'c')).toBeDefined();
  });
});

describe('processes that share a store', () => {
  const setUpTwo = async (stored: Record<string, Entry> = {}) => {
    const clock = createFakeClock();
    const store = createScriptedStore();
    for (const [key, entry] of Object.entries(stored)) store.rows.set(key, formatEntry(key, entry));
    const heard: EntryFilter[] = [];
    const open = () => createKeyvTier(store, { clock, observe: () => undefined, maxEntries: 100 });
    const [one, other] = [open(), open()];
    one.onRemovedElsewhere(() => heard.push({ tag: 'its own' }));
    other.onRemovedElsewhere((filter) => heard.push(filter));
    await settled();
    return { clock, store, heard, one, other };
  };

  it('tell each other within a second what they removed', async () => {
    const { clock, heard, one } = await setUpTwo(five);
    await one.remove({ tag: 'docs', scope: { kind: 'key' } });
    await clock.advanceAsync(1_000);
    await settled();
    expect(heard).toEqual([{ tag: 'docs', scope: { kind: 'key' } }]);
  });

  it('tell each other that everything was removed', async () => {
    const { clock, heard, one } = await setUpTwo(five);
    await one.clear();
    await clock.advanceAsync(1_000);
    await settled();
    expect(heard).toEqual([{}]);
  });

  it('hear nothing of what was removed before them', async () => {
    const { clock, store, one } = await setUpTwo();
    await one.remove({ tag: 'docs' });
    const heard: EntryFilter[] = [];
    const late = createKeyvTier(store, { clock, observe: () => undefined, maxEntries: 100 });
    late.onRemovedElsewhere((filter) => heard.push(filter));
    await clock.advanceAsync(3_000);
    await settled();
    expect(heard).toEqual([]);
  });

  it('do not write what another one has removed', async () => {
    const { clock, store, one, other } = await setUpTwo();
    store.mode = 'hangs';
    other.set('a', tagged('docs'));
    await clock.advanceAsync(20);
    other.set('b', tagged('docs'));
    store.release();
    await settled();
    await one.remove({ tag: 'docs' });
    await clock.advanceAsync(1_000);
    await settled();
    await settled();
    expect([...store.rows.keys()]).toEqual([]);
  });

  it('remove what they wrote while another one was removing', async () => {
    const { clock, store, one, other } = await setUpTwo();
    other.set('a', tagged('docs'));
    other.set('b', tagged());
    const removed = one.remove({ tag: 'docs' });
    await clock.advanceAsync(20);
    await removed;
    await settled();
    expect(store.rows.has('a')).toBe(true);
    await clock.advanceAsync(1_000);
    await settled();
    await settled();
    expect([...store.rows.keys()]).toEqual(['b']);
  });

  it('count ages from when another one removed', async () => {
    const { clock, heard, one } = await setUpTwo();
    clock.advance(400);
    await one.remove({ minAgeMs: 5_000 });
    await clock.advanceAsync(1_000);
    await settled();
    expect(heard).toEqual([{ minAgeMs: 5_600 }]);
  });

  it.each([
    ['cannot be read', 'garbage'],
    ['says nothing', 'null'],
    ['means more than is understood', '{"from":"x","atMs":1,"removed":{"tag":"docs","colour":"red"}}'],
  ])('take an announcement that %s for the removal of everything', async (_, text) => {
    const { clock, store, heard } = await setUpTwo();
    store.announced.push(text);
    await clock.advanceAsync(1_000);
    await settled();
    expect(heard.filter(({ tag }) => tag === undefined)).toEqual([{}]);
  });

  it('hear later what they could not hear while the store did not answer', async () => {
    const { clock, store, heard, one } = await setUpTwo();
    await one.remove({ tag: 'docs' });
    store.mode = 'throws';
    await clock.advanceAsync(1_000);
    await settled();
    expect(heard).toEqual([]);
    store.mode = 'answers';
    await clock.advanceAsync(1_000);
    await settled();
    expect(heard).toEqual([{ tag: 'docs' }]);
  });

  it('take everything for removed when they heard nothing for about an hour', async () => {
    const { clock, store, heard } = await setUpTwo();
    store.mode = 'throws';
    for (let minute = 0; minute <= 51; minute += 1) {
      clock.advance(60_000);
      await settled();
    }
    store.mode = 'answers';
    await clock.advanceAsync(1_000);
    await settled();
    expect(heard).toEqual([{ tag: 'its own' }, {}]);
  });

  it('do not ask for announcements while the store is left alone', async () => {
    const { clock, store, tier } = await setUpTier({ a: anEntry() });
    let asked = 0;
    store.catalogue.announcedSince = () => {
      asked += 1;
      return Promise.resolve({ texts: [], position: '0' });
    };
    tier.onRemovedElsewhere(() => undefined);
    store.mode = 'throws';
    await get(tier, 'a');
    for (let second = 0; second < 3; second += 1) await clock.advanceAsync(1_000);
    expect(asked).toBe(1);
    store.mode = 'answers';
    for (let second = 0; second < 3; second += 1) await clock.advanceAsync(1_000);
    expect(asked).toBeGreaterThan(1);
    await tier.close();
  });

  it('hear nothing more once closed', async () => {
    const { clock, heard, one, other } = await setUpTwo();
    await other.close();
    await one.remove({ tag: 'docs' });
    await clock.advanceAsync(3_000);
    await settled();
    await one.close();
    expect([heard, clock.pending]).toEqual([[], 0]);
  });
});
