import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { createMemoryLeases } from '../__fixtures__/leases.js';
import { settled } from '../__fixtures__/upstream.js';
import { createLeaseTurns } from './lease-turns.js';

const left = new GatewayError('client_aborted', 'gone');

/** Two processes that share a store. */
const setUp = () => {
  const clock = createFakeClock();
  const leases = createMemoryLeases(clock);
  const store: { answer?: string; available: boolean } = { available: true };
  const createProcess = () => {
    const turns = createLeaseTurns({ leases, clock, isAvailable: () => store.available });
    return (signal = new AbortController().signal) => turns.next('a', () => store.answer, signal);
  };
  return { clock, leases, store, next: createProcess(), nextElsewhere: createProcess() };
};
/** Takes what a promise has come to by now. */
const watch = <T>(promise: Promise<T>): { value?: T } => {
  const seen: { value?: T } = {};
  void promise.then(
    (value) => (seen.value = value),
    () => undefined,
  );
  return seen;
};
const aTurn = { turn: expect.anything() };

describe('a turn among processes', () => {
  it('is given at once to the first', async () => {
    expect(await setUp().next()).toEqual(aTurn);
  });

  it('is waited for while another process has it', async () => {
    const { clock, next, nextElsewhere } = setUp();
    const { turn } = await next();
    const waiting = watch(nextElsewhere());
    await clock.advanceAsync(2_000);
    expect(waiting.value).toBeUndefined();
    turn?.end();
    await clock.advanceAsync(200);
    expect(waiting.value).toEqual(aTurn);
  });

  it('is not needed once the answer is there', async () => {
    const { clock, leases, store, next, nextElsewhere } = setUp();
    await next();
    const waiting = watch(nextElsewhere());
    await clock.advanceAsync(100);
    store.answer = 'yes';
    await clock.advanceAsync(200);
    expect([waiting.value, leases.held.size]).toEqual([{ answer: 'yes' }, 1]);
  });

  it('is given back unused by one who finds the answer with it', async () => {
    const { leases, store, next } = setUp();
    store.answer = 'yes';
    expect([await next(), leases.held.size]).toEqual([{ answer: 'yes' }, 0]);
  });

  it('is waited for with growing rests, up to 200 ms', async () => {
    const { clock, leases, next, nextElsewhere } = setUp();
    await next();
    const times: number[] = [];
    const { take } = leases;
    leases.take = (...lease) => {
      times.push(clock.now());
      return take(...lease);
    };
    void nextElsewhere();
    await clock.advanceAsync(1_000);
    expect(times).toEqual([0, 20, 60, 140, 300, 500, 700, 900]);
  });

  it('lasts as long as the call that it is for', async () => {
    const { clock, leases, next } = setUp();
    const { turn } = await next();
    await clock.advanceAsync(60_000);
    expect([leases.held.size, await leases.take('a', 10_000)]).toEqual([1, undefined]);
    turn?.end();
    await settled();
    expect([leases.held.size, clock.pending]).toEqual([0, 0]);
  });

  it('is given back when what was stored can be read', async () => {
    const { leases, next } = setUp();
    const { turn } = await next();
    let written = (): void => undefined;
    turn?.end(new Promise((resolve) => (written = resolve)));
    await settled();
    expect(leases.held.size).toBe(1);
    written();
    await settled();
    expect(leases.held.size).toBe(0);
  });

  it('holds the others up for ten seconds where its process has died', async () => {
    const { clock, leases, nextElsewhere } = setUp();
    await leases.take('a', 10_000);
    const waiting = watch(nextElsewhere());
    await clock.advanceAsync(9_900);
    expect(waiting.value).toBeUndefined();
    await clock.advanceAsync(300);
    expect(waiting.value).toEqual(aTurn);
  });

  it('is kept no longer when it is lost to another process', async () => {
    const { clock, leases, next } = setUp();
    await next();
    leases.held.set('a', { holder: {}, untilMs: Infinity });
    await clock.advanceAsync(3_000);
    await settled();
    expect(clock.pending).toBe(0);
  });

  it('is renewed again after a renewal that failed', async () => {
    const { clock, leases, next } = setUp();
    await next();
    leases.mode = 'rejects';
    await clock.advanceAsync(3_000);
    leases.mode = 'answers';
    await clock.advanceAsync(60_000);
    expect(await leases.take('a', 10_000)).toBeUndefined();
  });
});

describe('one who waits for a turn', () => {
  it('stops at once when its call is over', async () => {
    const { clock, leases, next, nextElsewhere } = setUp();
    await next();
    const leaving = new AbortController();
    const waiting = nextElsewhere(leaving.signal);
    await clock.advanceAsync(50);
    leaving.abort(left);
    await expect(waiting).rejects.toBe(left);
    leases.asked.length = 0;
    await clock.advanceAsync(1_000);
    expect(leases.asked).toEqual([]);
  });

  it('gives a turn back that comes too late for it', async () => {
    const { leases, next } = setUp();
    leases.mode = 'hangs';
    const leaving = new AbortController();
    const waiting = next(leaving.signal);
    leaving.abort(left);
    leases.resume();
    await expect(waiting).rejects.toBe(left);
    expect(leases.held.size).toBe(0);
  });
});

describe('a store that does not say', () => {
  it('is not waited for longer than 50 ms', async () => {
    const { clock, leases, next } = setUp();
    leases.mode = 'hangs';
    const waiting = watch(next());
    await clock.advanceAsync(49);
    expect(waiting.value).toBeUndefined();
    await clock.advanceAsync(1);
    await settled();
    expect(waiting.value).toEqual({});
  });

  it('gets back what it gave too late', async () => {
    const { clock, leases, next } = setUp();
    leases.mode = 'hangs';
    const waiting = next();
    await clock.advanceAsync(50);
    await waiting;
    leases.resume();
    await settled();
    expect([leases.held.size, leases.asked]).toEqual([0, ['take', 'release']]);
  });

  it('gives nothing back of what was held by another one', async () => {
    const { clock, leases, next, nextElsewhere } = setUp();
    await nextElsewhere();
    leases.mode = 'hangs';
    const waiting = next();
    await clock.advanceAsync(50);
    await waiting;
    leases.resume();
    await settled();
    expect(leases.held.size).toBe(1);
  });

  it('with an error lets everybody call', async () => {
    const { leases, next } = setUp();
    leases.mode = 'rejects';
    expect(await next()).toEqual({});
  });

  it('is left alone for five seconds', async () => {
    const { clock, leases, next } = setUp();
    leases.mode = 'rejects';
    await next();
    await next();
    expect(leases.asked).toEqual(['take']);
    leases.mode = 'answers';
    clock.advance(5_000);
    expect(await next()).toEqual(aTurn);
  });

  it('ends the waiting for a turn of another process', async () => {
    const { clock, leases, next, nextElsewhere } = setUp();
    await next();
    const waiting = watch(nextElsewhere());
    await clock.advanceAsync(100);
    leases.mode = 'rejects';
    await clock.advanceAsync(200);
    expect(waiting.value).toEqual({});
  });

  it('is not asked where that is known', async () => {
    const { leases, store, next } = setUp();
    store.available = false;
    expect([await next(), leases.asked]).toEqual([{}, []]);
  });
});
