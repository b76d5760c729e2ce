import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import type { Call, CallSignal } from '@claudette/core';

import { commits, fails, hangs, settled, startAttemptsBench, upstream } from '../__fixtures__/attempts.js';
import type { AttemptsBench, BenchOptions, Step } from '../__fixtures__/attempts.js';

const left = new GatewayError('client_aborted', 'closed');

/** Asks, lets the time pass, and has the client leave then; no time passes afterwards. */
const leaveAfter = async (ms: number, script: readonly Step[], options?: BenchOptions) => {
  const bench = startAttemptsBench(script, options);
  const end = settled(bench.ask());
  await bench.clock.advanceAsync(ms);
  bench.client.abort(left);
  return { ...(await end), bench };
};

const ends = (bench: AttemptsBench): unknown[] =>
  bench.ofKind('attempt-end').map(({ number, outcome, errorCode, orphaned }) => [number, outcome, errorCode, orphaned]);

const nothingIsLeft = async (bench: AttemptsBench): Promise<void> => {
  await bench.clock.advanceAsync(0);
  expect(bench.live()).toBe(0);
  expect(bench.clock.pending).toBe(0);
};

describe('a client that leaves', () => {
  it('before the first attempt: none is made', async () => {
    const bench = startAttemptsBench([commits()]);
    bench.client.abort(left);
    expect(await settled(bench.ask())).toEqual({ error: left });
    expect(bench.tried()).toEqual([]);
    expect(bench.seen).toEqual([]);
  });

  it('while an attempt connects or has shown nothing: it is ended, and no other is made', async () => {
    const { error, bench } = await leaveAfter(20, [hangs]);
    expect(error).toBe(left);
    expect(bench.sent).toMatchObject([{ backend: 'a', endedBy: 'client_aborted' }]);
    expect(ends(bench)).toEqual([[1, 'abandoned', 'client_aborted', true]]);
    await nothingIsLeft(bench);
  });

  it.each([undefined, 100])(
    'in the moment an attempt begins (hedge after %s ms): it is ended',
    async (hedgeAfterMs) => {
      const bench = startAttemptsBench([hangs], { hedgeAfterMs });
      const { call, client } = bench;
      const leave = (): void => client.abort(left);
      const observe: Call['context']['observe'] = (observation) => {
        call.context.observe(observation);
        if (observation.kind === 'attempt-start') leave();
      };
      expect(await settled(bench.exchange({ ...call, context: { ...call.context, observe } }))).toEqual({
        error: left,
      });
      expect(ends(bench)).toEqual([[1, 'abandoned', 'client_aborted', true]]);
      await nothingIsLeft(bench);
    },
  );

  it('in the middle of a stream: the stream ends', async () => {
    const { reply, bench } = await leaveAfter(20, [commits()], { stream: true });
    expect(await reply?.outcome).toMatchObject({ kind: 'abandoned', cause: left });
    expect(ends(bench)).toEqual([[1, 'abandoned', 'client_aborted', false]]);
    await nothingIsLeft(bench);
  });

  it('in the middle of a stream that won a race: the stream ends', async () => {
    const script = [hangs, commits(10)];
    const { reply, bench } = await leaveAfter(200, script, { stream: true, hedgeAfterMs: 100 });
    expect(await reply?.outcome).toMatchObject({ kind: 'abandoned', cause: left });
    expect(ends(bench)).toEqual([
      [1, 'abandoned', 'superseded', true],
      [2, 'abandoned', 'client_aborted', false],
    ]);
    await nothingIsLeft(bench);
  });

  it('while a retry is waited for: the wait ends at once and leaves no timer', async () => {
    const { error, bench } = await leaveAfter(20, [fails(upstream('upstream_overloaded'))], { backends: ['a'] });
    expect(error).toBe(left);
    expect(bench.tried()).toEqual(['a']);
    expect(bench.ofKind('retry')).toEqual([]);
    await nothingIsLeft(bench);
  });

  it('while a hedge is waited for: the attempt ends and leaves no timer', async () => {
    const { error, bench } = await leaveAfter(20, [hangs], { hedgeAfterMs: 100 });
    expect(error).toBe(left);
    expect(ends(bench)).toEqual([[1, 'abandoned', 'client_aborted', true]]);
    await nothingIsLeft(bench);
  });

  it('while two attempts run: both end', async () => {
    const { error, bench } = await leaveAfter(200, [hangs, hangs], { hedgeAfterMs: 100 });
    expect(error).toBe(left);
    expect(bench.sent.map(({ endedBy }) => endedBy)).toEqual(['client_aborted', 'client_aborted']);
    expect(ends(bench)).toEqual([
      [1, 'abandoned', 'client_aborted', true],
      [2, 'abandoned', 'client_aborted', true],
    ]);
    await nothingIsLeft(bench);
  });

  it('while two attempts run of which none listens: nobody waits for them', async () => {
    const deaf: Step = { does: 'commit', afterMs: 1_000, deaf: true };
    const { error, bench } = await leaveAfter(200, [deaf, deaf], { hedgeAfterMs: 100 });
    expect(error).toBe(left);
    await bench.clock.advanceAsync(2_000);
    expect(bench.sent.map(({ endedBy }) => endedBy)).toEqual(['client_aborted', 'client_aborted']);
    expect(ends(bench)).toHaveLength(2);
    await nothingIsLeft(bench);
  });
});

describe('a deadline that ends', () => {
  it('is a failure of the attempt that was under way', async () => {
    const bench = startAttemptsBench([hangs], { backends: ['a'], deadlineMs: 50 });
    const end = settled(bench.ask());
    await bench.clock.advanceAsync(50);
    expect(await end).toMatchObject({ error: { code: 'deadline_exceeded' } });
    expect(ends(bench)).toEqual([[1, 'failed', 'deadline_exceeded', true]]);
    await nothingIsLeft(bench);
  });

  it('is a failure of both attempts of a race', async () => {
    const bench = startAttemptsBench([hangs, hangs], { hedgeAfterMs: 10, deadlineMs: 50 });
    const end = settled(bench.ask());
    await bench.clock.advanceAsync(50);
    expect(await end).toMatchObject({ error: { code: 'deadline_exceeded' } });
    expect(ends(bench).at(-1)).toEqual([2, 'failed', 'deadline_exceeded', true]);
    await nothingIsLeft(bench);
  });
});

describe('an exchange that is over', () => {
  it('listens to its client no longer', async () => {
    const bench = startAttemptsBench([hangs, commits()], { hedgeAfterMs: 100, stream: true });
    const { call } = bench;
    const listeners = new Set<() => void>();
    const signal: CallSignal = {
      aborted: false,
      reason: undefined,
      throwIfAborted: () => undefined,
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    };
    const end = settled(bench.exchange({ ...call, context: { ...call.context, signal } }));
    await bench.clock.advanceAsync(200);
    const { reply } = await end;
    expect(listeners.size).toBe(1);
    bench.sent[1]?.finish({ kind: 'complete', receivedBytes: 1 });
    await reply?.outcome;
    expect(listeners.size).toBe(0);
  });
});
