import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';

import {
  askAndWait,
  budgetOf,
  commits,
  fails,
  hangs,
  settled,
  startAttemptsBench,
  target,
  upstream,
} from '../__fixtures__/attempts.js';
import type { AttemptsBench, BenchOptions, Step } from '../__fixtures__/attempts.js';

const start = (script: readonly Step[], options: BenchOptions = {}): AttemptsBench =>
  startAttemptsBench(script, { hedgeAfterMs: 100, ...options });

const ends = (bench: AttemptsBench): unknown[] =>
  bench.ofKind('attempt-end').map(({ number, outcome, errorCode, orphaned }) => [number, outcome, errorCode, orphaned]);

describe('an exchange that may be hedged', () => {
  it('is not, when its first target answers in time', async () => {
    const bench = start([commits(99)]);
    expect((await askAndWait(bench, 99)).reply?.attempts).toBe(1);
    expect(bench.tried()).toEqual(['a']);
    expect(bench.clock.pending).toBe(0);
  });

  it('asks a second target beside the first when that shows nothing', async () => {
    const bench = start([hangs, commits(50)]);
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'b' }, attempts: 2 } });
    expect(bench.sent.map(({ backend, atMs }) => [backend, atMs])).toEqual([
      ['a', 0],
      ['b', 100],
    ]);
    expect(bench.ofKind('hedge')).toEqual([
      { kind: 'hedge', id: 'x1', from: target('a'), to: target('b'), afterMs: 100 },
    ]);
    expect(bench.ofKind('attempt-start')).toMatchObject([
      { number: 1, reason: 'first' },
      { number: 2, reason: 'hedge', waitedMs: 0 },
    ]);
  });

  it('ends the first attempt at once when the hedge answers, and records what it may have cost', async () => {
    const bench = start([hangs, commits(50)]);
    const end = settled(bench.ask());
    await bench.clock.advanceAsync(150);
    await end;
    expect(bench.sent[0]).toMatchObject({ endedBy: 'superseded', live: false });
    expect(ends(bench)).toEqual([[1, 'abandoned', 'superseded', true]]);
    expect(bench.ofKind('attempt-end')[0]).toMatchObject({ target: target('a'), durationMs: 150 });
    expect(bench.clock.pending).toBe(0);
  });

  it('ends the hedge when the first attempt answers after all', async () => {
    const bench = start([commits(120), hangs]);
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'a' }, attempts: 2 } });
    expect(bench.sent[1]).toMatchObject({ endedBy: 'superseded', live: false });
    expect(ends(bench)).toEqual([[2, 'abandoned', 'superseded', true]]);
  });

  it('names the one that answered in the reason', async () => {
    const bench = start([hangs, commits()]);
    await askAndWait(bench);
    expect(bench.sent[0]?.signal.reason).toMatchObject({ code: 'superseded', detail: 'b/m' });
  });

  it('leaves the answer alone when the loser is ended', async () => {
    const bench = start([hangs, commits()], { stream: true });
    const { reply } = await askAndWait(bench);
    expect(bench.sent[1]).toMatchObject({ endedBy: undefined, live: true });
    bench.sent[1]?.finish({ kind: 'complete', receivedBytes: 3 });
    await reply?.outcome;
    expect(ends(bench).at(-1)).toEqual([2, 'complete', undefined, false]);
  });

  it('cancels the other one when both commit in the same moment', async () => {
    const bench = start([commits(150), commits(50)]);
    const { reply } = await askAndWait(bench);
    expect(reply?.target.backend).toBe('a');
    expect(bench.sent.map(({ endedBy }) => endedBy)).toEqual([undefined, 'superseded']);
    expect(ends(bench)).toEqual([[2, 'abandoned', 'superseded', true]]);
  });

  it('tells the end of the other one once, though it was complete in the same moment', async () => {
    const bench = start([commits(150), commits(50)]);
    const end = settled(bench.ask());
    await bench.clock.advanceAsync(149);
    bench.clock.advance(1);
    bench.sent.forEach(({ finish }) => finish({ kind: 'complete', receivedBytes: 9 }));
    await end;
    await bench.clock.advanceAsync(0);
    expect(ends(bench)).toEqual([
      [2, 'abandoned', 'superseded', true],
      [1, 'complete', undefined, false],
    ]);
  });

  it('cancels a late reply of a loser that does not listen', async () => {
    const bench = start([{ does: 'commit', afterMs: 500, deaf: true }, commits(50)]);
    const { reply } = await askAndWait(bench);
    expect(reply?.target.backend).toBe('b');
    expect(bench.sent[0]).toMatchObject({ endedBy: 'superseded', live: false });
    expect(ends(bench)).toEqual([[1, 'abandoned', 'superseded', true]]);
  });

  it('takes no notice of a late rejection of a loser that does not listen', async () => {
    const bench = start([{ does: 'fail', error: new Error('late'), afterMs: 500, deaf: true }, commits(50)]);
    expect((await askAndWait(bench)).reply?.target.backend).toBe('b');
    expect(ends(bench)).toEqual([[1, 'abandoned', 'superseded', true]]);
  });
});

describe('an exchange of which one of two attempts fails', () => {
  const slow = upstream('upstream_timeout');

  it('waits for the hedge when the first attempt fails', async () => {
    const bench = start([fails(slow, 120), commits(500)], { backends: ['a', 'b', 'c'] });
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'b' }, attempts: 2 } });
    expect(bench.tried()).toEqual(['a', 'b']);
    expect(ends(bench)).toEqual([[1, 'failed', 'upstream_timeout', true]]);
  });

  it('waits for the first attempt when the hedge fails', async () => {
    const bench = start([commits(500), fails(slow)], { backends: ['a', 'b', 'c'] });
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'a' }, attempts: 2 } });
  });

  it('waits for the first attempt when the hedge is refused, which was no call', async () => {
    const bench = start([commits(500), fails(new GatewayError('circuit_open', 'b/m'), 0)]);
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'a' }, attempts: 1 } });
  });

  it('goes on to a third target when both failed', async () => {
    const bench = start([fails(slow, 200), fails(slow, 20)], { backends: ['a', 'b', 'c'] });
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'c' }, attempts: 3 } });
    expect(bench.ofKind('failover')).toEqual([{ kind: 'failover', id: 'x1', from: target('a'), to: target('c') }]);
    expect(bench.ofKind('attempt-start').at(-1)).toMatchObject({ number: 3, reason: 'failover', waitedMs: 0 });
  });

  it('counts only the wait for a retry as a wait', async () => {
    const bench = start([fails(upstream('upstream_overloaded'), 200), fails(slow, 20)]);
    expect((await askAndWait(bench)).reply?.attempts).toBe(3);
    expect(bench.ofKind('attempt-start').map(({ reason, waitedMs }) => [reason, waitedMs])).toEqual([
      ['first', 0],
      ['hedge', 0],
      ['retry', 500],
    ]);
  });

  it('ends with the error that ends the matter when both failed, whichever came last', async () => {
    const rejected = upstream('upstream_rejected', { status: 400 });
    const bench = start([fails(slow, 200), fails(rejected, 20)], { backends: ['a', 'b', 'c'] });
    expect((await askAndWait(bench)).error).toBe(rejected);
    expect(bench.tried()).toEqual(['a', 'b']);
  });
});

describe('a hedge that the retry budget does not allow', () => {
  it('is not made, and the exchange says so once', async () => {
    const bench = start([fails(upstream('upstream_timeout'), 500)], { budget: budgetOf(0) });
    expect((await askAndWait(bench)).error).toMatchObject({ code: 'upstream_timeout' });
    expect(bench.tried()).toEqual(['a']);
    expect(bench.ofKind('retry-budget-spent')).toHaveLength(1);
  });

  it('leaves the first attempt to answer', async () => {
    const bench = start([commits(500)], { budget: budgetOf(0) });
    expect((await askAndWait(bench)).reply?.attempts).toBe(1);
  });
});
