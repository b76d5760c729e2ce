import { describe, expect, it } from '@jest/globals';

import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { anEntry } from './__fixtures__/entries.js';
import { settled } from './__fixtures__/upstream.js';
import { createWriteQueue } from './write-queue.js';
import type { WriteQueueOptions } from './write-queue.js';

const setUp = (options: Partial<WriteQueueOptions> = {}) => {
  const clock = createFakeClock();
  const batches: string[][] = [];
  const observed: Observation[] = [];
  const queue = createWriteQueue({
    clock,
    observe: (observation) => void observed.push(observation),
    write: async (batch) => void batches.push(batch.map(([key]) => key)),
    delayMs: 20,
    maxEntries: 100,
    maxBytes: 10_000_000,
    ...options,
  });
  return { clock, batches, observed, queue };
};

const sized = (bytes: number) => anEntry({ bytes: new Uint8Array(bytes) });

describe('the write queue', () => {
  it('writes together what comes within the delay', async () => {
    const { queue, clock, batches } = setUp();
    queue.add('a', anEntry());
    queue.add('b', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect(batches).toEqual([['a', 'b']]);
    expect([queue.entries, queue.bytes, clock.pending]).toEqual([0, 0, 0]);
  });

  it('writes large answers one batch after the other', async () => {
    const { queue, batches } = setUp();
    for (const key of ['a', 'b', 'c']) queue.add(key, sized(600_000));
    await queue.flush();
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  it('writes what comes while it writes', async () => {
    let finish: (() => void) | undefined;
    const written: string[][] = [];
    const { queue } = setUp({
      write: (batch) => {
        written.push(batch.map(([key]) => key));
        return new Promise((resolve) => (finish = resolve));
      },
    });
    queue.add('a', anEntry());
    const flushed = queue.flush();
    queue.add('a', sized(7));
    finish?.();
    await settled();
    finish?.();
    await flushed;
    expect(written).toEqual([['a'], ['a']]);
    expect([queue.entries, queue.bytes]).toEqual([0, 0]);
  });

  it('keeps the newest entry of a key', () => {
    const { queue } = setUp();
    queue.add('a', anEntry());
    queue.add('a', sized(7));
    expect([queue.get('a')?.bytes.byteLength, queue.entries, queue.bytes]).toEqual([7, 1, 7]);
  });

  it.each([
    ['entries', { maxEntries: 1 }],
    ['bytes', { maxBytes: 10 }],
  ])('drops a write and says so when too many %s wait', (_, options) => {
    const { queue, observed } = setUp(options);
    queue.add('a', sized(6));
    queue.add('b', sized(6));
    expect([queue.get('a') !== undefined, queue.get('b'), queue.dropped]).toEqual([true, undefined, 1]);
    expect(observed).toEqual([{ kind: 'cache-write-dropped', reason: 'queue-full' }]);
  });

  it('replaces an entry also when it is full', () => {
    const { queue } = setUp({ maxEntries: 1 });
    queue.add('a', sized(6));
    queue.add('a', sized(7));
    expect([queue.bytes, queue.dropped]).toEqual([7, 0]);
  });

  it('says of each write that the store refused that it was dropped', async () => {
    const { queue, observed } = setUp({ write: () => Promise.reject(new Error('disk full')) });
    queue.add('a', anEntry());
    queue.add('b', anEntry());
    await queue.flush();
    expect(observed).toEqual([
      { kind: 'cache-write-dropped', reason: 'store-failed' },
      { kind: 'cache-write-dropped', reason: 'store-failed' },
    ]);
    expect([queue.entries, queue.dropped]).toEqual([0, 2]);
  });

  it('goes on writing after a failure', async () => {
    let fails = true;
    const { queue, clock, batches } = setUp({
      write: async (batch) => {
        if (fails) throw new Error('busy');
        batches.push(batch.map(([key]) => key));
      },
    });
    queue.add('a', anEntry());
    await queue.flush();
    fails = false;
    queue.add('b', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect(batches).toEqual([['b']]);
  });

  it('starts again after it had nothing to flush', async () => {
    const { queue, clock, batches } = setUp();
    await queue.flush();
    queue.add('a', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect(batches).toEqual([['a']]);
  });

  it('forgets what waits when it is cleared', async () => {
    const { queue, batches } = setUp();
    queue.add('a', anEntry());
    queue.clear();
    await queue.flush();
    expect([batches, queue.entries, queue.bytes]).toEqual([[], 0, 0]);
  });
});

describe('the rests of the write queue', () => {
  /** A store that takes as long for each batch as the test says. */
  const setUpSlow = () => {
    let finish = (): void => undefined;
    const started: string[][] = [];
    const { clock, queue } = setUp({
      write: (batch) => {
        started.push(batch.map(([key]) => key));
        return new Promise((resolve) => (finish = resolve));
      },
    });
    const passAndFinish = async (ms: number): Promise<void> => {
      clock.advance(ms);
      finish();
      await settled();
    };
    return { clock, queue, started, passAndFinish };
  };

  it('are four times as long as the batch before them took', async () => {
    const { clock, queue, started, passAndFinish } = setUpSlow();
    queue.add('a', anEntry());
    clock.advance(20);
    queue.add('b', anEntry());
    await passAndFinish(10);
    clock.advance(39);
    expect(started).toEqual([['a']]);
    clock.advance(1);
    expect(started).toEqual([['a'], ['b']]);
  });

  it('also hold up what comes while they last', async () => {
    const { clock, queue, started, passAndFinish } = setUpSlow();
    queue.add('a', anEntry());
    clock.advance(20);
    await passAndFinish(10);
    clock.advance(5);
    queue.add('b', anEntry());
    clock.advance(34);
    expect(started).toEqual([['a']]);
    clock.advance(1);
    expect(started).toEqual([['a'], ['b']]);
  });

  it('do not hold up a flush', async () => {
    const { clock, queue, started, passAndFinish } = setUpSlow();
    queue.add('a', anEntry());
    clock.advance(20);
    await passAndFinish(10);
    queue.add('b', sized(1_048_576));
    queue.add('c', anEntry());
    const flushed = queue.flush();
    await passAndFinish(10);
    await passAndFinish(10);
    await flushed;
    expect([started, queue.entries, clock.pending]).toEqual([[['a'], ['b'], ['c']], 0, 0]);
  });

  it('end when a flush comes into a batch', async () => {
    const { clock, queue, started, passAndFinish } = setUpSlow();
    queue.add('a', anEntry());
    clock.advance(20);
    queue.add('b', anEntry());
    const flushed = queue.flush();
    await passAndFinish(10);
    await passAndFinish(10);
    await flushed;
    expect([started, queue.entries, clock.pending]).toEqual([[['a'], ['b']], 0, 0]);
  });

  it('come again after a flush', async () => {
    const { clock, queue, started, passAndFinish } = setUpSlow();
    queue.add('a', anEntry());
    void queue.flush();
    await passAndFinish(10);
    queue.add('b', anEntry());
    clock.advance(39);
    expect(started).toEqual([['a']]);
    clock.advance(1);
    expect(started).toEqual([['a'], ['b']]);
  });
});
