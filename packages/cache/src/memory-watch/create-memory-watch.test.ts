import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createMemoryReader } from './create-memory-reader.js';
import { createMemoryWatch } from './create-memory-watch.js';
import type { MemoryWatchOptions } from './create-memory-watch.js';

const MIB = 1024 * 1024;
const LIMIT = 1000 * MIB;

const setUp = ({
  withoutCache = false,
  ...options
}: Partial<MemoryWatchOptions> & { readonly withoutCache?: boolean } = {}) => {
  const clock = createFakeClock();
  const observed: Observation[] = [];
  const memory = { group: 100, heap: 20, external: 10, looks: 0 };
  const cache = {
    bytes: 80 * MIB,
    maxBytes: 160 * MIB,
    resize(maxBytes: number) {
      cache.maxBytes = maxBytes;
      cache.bytes = Math.min(cache.bytes, maxBytes);
    },
  };
  let collected = (): void => undefined;
  const watch = createMemoryWatch({
    clock,
    observe: (observation) => void observed.push(observation),
    ...(!withoutCache && { cache }),
    readMemory() {
      memory.looks += 1;
      return {
        rssBytes: memory.group * MIB,
        heapBytes: memory.heap * MIB,
        heapTotalBytes: memory.heap * MIB,
        externalBytes: memory.external * MIB,
        bounds: [
          { kind: 'heap', limitBytes: 100 * MIB, usedBytes: memory.heap * MIB },
          { kind: 'group', limitBytes: LIMIT, usedBytes: memory.group * MIB },
        ],
      };
    },
    onCollection(callback) {
      collected = callback;
      return () => (collected = () => undefined);
    },
    ...options,
  });
  return { clock, observed, memory, cache, watch, collected: () => collected() };
};

describe('the memory watch', () => {
  it('is normal, and silent, in an idle process', () => {
    const { watch, clock, observed } = setUp();
    clock.advance(120_000);
    expect([watch.state().level, observed]).toEqual(['normal', []]);
  });

  it('is normal in an idle process whose heap is as small as its values let it be', () => {
    const clock = createFakeClock();
    const readMemory = createMemoryReader({
      readText: () => undefined,
      usage: () => ({ rss: 90 * MIB, heapUsed: 58 * MIB, heapTotal: 60 * MIB, external: 2 * MIB }),
      heapLimitBytes: 4144 * MIB,
      machineBytes: 8192 * MIB,
    });
    const { watch } = setUp({ clock, readMemory });
    clock.advance(120_000);
    expect(watch.state()).toMatchObject({ level: 'normal', usedBytes: 58 * MIB, limitBytes: 4096 * MIB });
  });

  it('halves the cache when memory is short, and reports what was before and after', () => {
    const { memory, clock, observed, cache } = setUp();
    memory.group = 860;
    clock.advance(2_000);
    expect(cache.maxBytes).toBe(40 * MIB);
    expect(observed).toEqual([
      {
        kind: 'memory-pressure',
        level: 'high',
        from: 'normal',
        reason: '86 % of the memory limit of the control group is used',
        usedBytes: 860 * MIB,
        limitBytes: LIMIT,
        cacheBytesBefore: 80 * MIB,
        cacheBytesAfter: 40 * MIB,
        cacheBudgetBefore: 160 * MIB,
        cacheBudgetAfter: 40 * MIB,
      },
    ]);
  });

  it('tells its state', () => {
    const { memory, clock, watch } = setUp();
    memory.group = 750;
    clock.advance(2_000);
    expect(watch.state()).toEqual({
      level: 'elevated',
      usedBytes: 750 * MIB,
      limitBytes: LIMIT,
      limitedBy: 'group',
      cacheBytes: 80 * MIB,
      cacheBudgetBytes: 80 * MIB,
    });
  });

  it('gives the cache its room back step by step, and reports each step', () => {
    const { memory, clock, observed, cache } = setUp();
    memory.group = 960;
    clock.advance(2_000);
    memory.group = 100;
    clock.advance(64_000);
    expect(cache.maxBytes).toBe(10 * MIB);
    clock.advance(10_000);
    expect(cache.maxBytes).toBe(26 * MIB);
    expect(observed.at(-1)).toMatchObject({ level: 'normal', from: 'normal', cacheBudgetAfter: 26 * MIB });
    clock.advance(200_000);
    expect(cache.maxBytes).toBe(160 * MIB);
  });

  it('looks four times a second while memory is short', () => {
    const { memory, clock } = setUp();
    memory.group = 860;
    clock.advance(2_000);
    const before = memory.looks;
    clock.advance(1_000);
    expect(memory.looks - before).toBe(4);
  });

  it('says when the limit will be reached if it goes on so', () => {
    const { memory, clock, observed } = setUp();
    for (let look = 0; look < 8; look += 1) {
      memory.group += 60;
      clock.advance(2_000);
    }
    expect(observed).toMatchObject([{ level: 'elevated', reason: expect.stringMatching(/, and all of it in \d+ s$/) }]);
  });

  it('does not take garbage in the heap for pressure', () => {
    const { memory, clock, watch, collected } = setUp();
    memory.heap = 30;
    collected();
    memory.heap = 97;
    clock.advance(2_000);
    expect(watch.state().level).toBe('normal');
    clock.advance(250);
    collected();
    expect(watch.state()).toMatchObject({ level: 'critical', limitedBy: 'heap' });
  });

  it('looks after a collection too, as long as the last look is not fresh', () => {
    const { memory, clock, watch, collected } = setUp();
    memory.group = 960;
    clock.advance(249);
    collected();
    expect(watch.state().level).toBe('normal');
    clock.advance(1);
    collected();
    expect(watch.state().level).toBe('critical');
  });

  it('does not take what buffers gave back to the allocator for pressure', () => {
    const { memory, clock, watch } = setUp();
    memory.group = 700;
    memory.external = 610;
    clock.advance(2_000);
    memory.external = 310;
    clock.advance(10_000);
    expect(watch.state()).toMatchObject({ level: 'normal', usedBytes: 400 * MIB });
  });

  it('warns once of what grows from collection to collection, with the suspects', () => {
    const { memory, clock, observed, collected } = setUp({ suspects: { 'open streams': () => memory.external } });
    for (let minute = 0; minute < 20; minute += 1) {
      memory.external += 5;
      collected();
      clock.advance(60_000);
    }
    expect(observed).toMatchObject([
      { kind: 'memory-leak-suspected', suspects: [{ name: 'open streams', count: expect.any(Number) }] },
    ]);
  });

  it('does not suspect a cache that fills', () => {
    const { memory, clock, cache, observed, collected } = setUp();
    for (let minute = 0; minute < 12; minute += 1) {
      memory.external += 5;
      cache.bytes += 5 * MIB;
      collected();
      clock.advance(60_000);
    }
    expect(observed).toEqual([]);
  });

  it('collects garbage when told to and says what that freed', () => {
    const { memory, watch } = setUp({
      collect() {
        memory.heap = 12;
        memory.external = 4;
        memory.group = 90;
      },
    });
    expect(watch.collect()).toEqual({
      before: { rssBytes: 100 * MIB, heapBytes: 20 * MIB, externalBytes: 10 * MIB },
      after: { rssBytes: 90 * MIB, heapBytes: 12 * MIB, externalBytes: 4 * MIB },
      freedBytes: 14 * MIB,
    });
  });

  it('sees to a collection when memory is short and V8 has made none for 30 s', () => {
    let collections = 0;
    const { memory, clock, collected } = setUp({ collect: () => void (collections += 1) });
    clock.advance(60_000);
    memory.group = 860;
    clock.advance(2_000);
    expect(collections).toBe(1);
    clock.advance(29_000);
    collected();
    clock.advance(29_750);
    expect(collections).toBe(1);
    clock.advance(500);
    expect(collections).toBe(2);
  });

  it('leaves collections to V8 as long as there is enough memory', () => {
    let collections = 0;
    setUp({ collect: () => void (collections += 1) }).clock.advance(600_000);
    expect(collections).toBe(0);
  });

  it('tells without a cache what it sees', () => {
    const { clock, watch, memory, observed } = setUp({ withoutCache: true });
    memory.group = 960;
    clock.advance(2_000);
    expect([watch.state().level, watch.state().cacheBudgetBytes, observed.length]).toEqual(['critical', 0, 1]);
  });

  it('watches this process when nothing else is said', () => {
    const clock = createFakeClock();
    const watch = createMemoryWatch({ clock, observe: () => undefined });
    expect(watch.state().usedBytes).toBeGreaterThan(1_000_000);
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('has no timer and hears of nothing once it is closed', () => {
    const { watch, clock, memory, observed, collected } = setUp();
    watch.close();
    memory.group = 990;
    clock.advance(10_000);
    collected();
    expect([clock.pending, observed]).toEqual([0, []]);
  });
});
