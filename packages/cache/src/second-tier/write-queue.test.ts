import { describe, expect, it } from '@jest/globals';

import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { anEntry } from '../__fixtures__/entries.js';
import { settled } from '../__fixtures__/upstream.js';
import { createWriteQueue } from './write-queue.js';
import type { WriteQueue, WriteQueueOptions } from './write-queue.js';

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

describe('a write that the store refuses', () => {
  const setUpRefusing = () => {
    const store = { refuses: true, tries: 0 };
    const setup = setUp({
      write: async (batch) => {
        store.tries += 1;
        if (store.refuses) throw new Error('disk full');
        setup.batches.push(batch.map(([key]) => key));
      },
    });
    return { ...setup, store };
  };

  it('waits, and is tried again', async () => {
    const { queue, clock, batches, store, observed } = setUpRefusing();
    queue.add('a', anEntry());
    await queue.flush();
    expect([queue.get('a') !== undefined, queue.entries]).toEqual([true, 1]);
    store.refuses = false;
    await clock.advanceAsync(250);
    await settled();
    expect([batches, observed, queue.entries]).toEqual([[['a']], [], 0]);
  });

  it('is tried again after growing rests', async () => {
    const { queue, clock, store } = setUpRefusing();
    queue.add('a', anEntry());
    const triesAfter: number[] = [];
    for (const ms of [20, 249, 1, 499, 1, 999, 1, 1_999, 1, 3_999, 1, 4_999, 1, 4_999, 1]) {
      await clock.advanceAsync(ms);
      await settled();
      triesAfter.push(store.tries);
    }
    expect(triesAfter).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8]);
  });

  it('is dropped when it was refused for about a minute, which is said of each', async () => {
    const { queue, clock, store, observed } = setUpRefusing();
    queue.add('a', anEntry());
    queue.add('b', anEntry());
    for (let second = 0; second < 70; second += 1) {
      await clock.advanceAsync(1_000);
      await settled();
    }
    expect(observed).toEqual([
      { kind: 'cache-write-dropped', reason: 'store-failed' },
      { kind: 'cache-write-dropped', reason: 'store-failed' },
    ]);
    expect([store.tries, queue.entries, queue.bytes, queue.dropped, clock.pending]).toEqual([16, 0, 0, 2, 0]);
  });

  it('does not hold up the others once it is dropped', async () => {
    const { queue, clock, store, batches } = setUpRefusing();
    queue.add('a', anEntry());
    for (let second = 0; second < 70; second += 1) {
      await clock.advanceAsync(1_000);
      await settled();
    }
    store.refuses = false;
    queue.add('b', anEntry());
    await clock.advanceAsync(5_000);
    await settled();
    expect(batches).toEqual([['b']]);
  });

  it('gives way to what replaced it', async () => {
    const { queue, clock, store, batches } = setUpRefusing();
    queue.add('a', sized(5));
    await queue.flush();
    queue.add('a', sized(7));
    store.refuses = false;
    await clock.advanceAsync(250);
    await settled();
    expect([batches, queue.entries, queue.bytes]).toEqual([[['a']], 0, 0]);
  });
});

describe('what waits in the write queue', () => {
  it('waits until the store may be written to', async () => {
    let ready = (): void => undefined;
    const { queue, clock, batches } = setUp({ whenReady: () => new Promise((resolve) => (ready = resolve)) });
    queue.add('a', anEntry());
    await clock.advanceAsync(20);
    queue.add('b', anEntry());
    expect(batches).toEqual([]);
    ready();
    await settled();
    expect(batches).toEqual([['a', 'b']]);
  });

  it('is not written when it is removed before the store may be written to', async () => {
    let ready = (): void => undefined;
    const { queue, clock, batches } = setUp({ whenReady: () => new Promise((resolve) => (ready = resolve)) });
    queue.add('a', anEntry());
    await clock.advanceAsync(20);
    queue.clear();
    ready();
    await settled();
    expect([batches, clock.pending]).toEqual([[], 0]);
  });

  it('can be removed by what it is', async () => {
    const { queue, batches } = setUp();
    for (const key of ['a', 'b', 'c']) queue.add(key, sized(3));
    expect(queue.remove((key) => key !== 'b')).toEqual(['a', 'c']);
    expect([queue.entries, queue.bytes]).toEqual([1, 3]);
    await queue.flush();
    expect(batches).toEqual([['b']]);
  });

  it('is told of when it is written', async () => {
    const { queue } = setUp();
    queue.add('a', anEntry());
    let isWritten = false;
    const written = queue.written('a').then(() => (isWritten = true));
    await settled();
    expect(isWritten).toBe(false);
    await queue.flush();
    await written;
    expect(isWritten).toBe(true);
  });

  it.each([
    ['removed', (queue: WriteQueue) => queue.remove(() => true)],
    ['forgotten', (queue: WriteQueue) => queue.clear()],
    ['left behind', (queue: WriteQueue) => queue.close()],
  ])('is told of when it is %s', async (_, end) => {
    const { queue, clock } = setUp();
    queue.add('a', anEntry());
    const written = queue.written('a');
    end(queue);
    await written;
    clock.advance(20);
    expect([queue.entries, clock.pending]).toEqual([0, 0]);
  });

  it('is told of at once when nothing waits', async () => {
    await setUp().queue.written('a');
  });

  it('says when nothing of it is being written', async () => {
    let finish = (): void => undefined;
    const { queue, clock } = setUp({ write: () => new Promise((resolve) => (finish = resolve)) });
    await queue.idle();
    queue.add('a', anEntry());
    clock.advance(20);
    let isIdle = false;
    const idle = queue.idle().then(() => (isIdle = true));
    await settled();
    expect(isIdle).toBe(false);
    finish();
    await idle;
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
