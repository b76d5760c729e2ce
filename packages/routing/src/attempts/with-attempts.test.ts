import { describe, expect, it } from '@jest/globals';

import { GatewayError, UpstreamError } from '@claudette/core';

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

const kinds = (seen: readonly { readonly kind: string }[]): string[] => seen.map(({ kind }) => kind);

describe('an exchange whose first target answers', () => {
  it('makes one attempt', async () => {
    const bench = startAttemptsBench([commits()]);
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'a' }, attempts: 1 } });
    expect(bench.tried()).toEqual(['a']);
  });

  it('hands the reply on as it is', async () => {
    const bench = startAttemptsBench([commits()]);
    const { reply } = await askAndWait(bench);
    expect(reply).toBe(bench.replies[0]);
  });

  it('reports the end of the attempt when the outcome settles, and not before', async () => {
    const bench = startAttemptsBench([commits(10)], { stream: true });
    const { reply } = await askAndWait(bench, 100);
    const start = { kind: 'attempt-start', id: 'x1', target: target('a'), number: 1, reason: 'first', waitedMs: 0 };
    expect(bench.seen).toEqual([start]);
    bench.sent[0]?.finish({ kind: 'complete', receivedBytes: 5 });
    await reply?.outcome;
    expect(bench.seen).toEqual([
      start,
      {
        kind: 'attempt-end',
        id: 'x1',
        target: target('a'),
        number: 1,
        stream: true,
        outcome: 'complete',
        errorCode: undefined,
        durationMs: 100,
        firstContentMs: 10,
        orphaned: false,
      },
    ]);
  });

  it('reports why a committed reply failed, whose cost is that of the answer', async () => {
    const bench = startAttemptsBench([commits()]);
    const { reply } = await askAndWait(bench);
    const cause = new GatewayError('stream_broken', 'cut');
    bench.sent[0]?.finish({ kind: 'failed', cause, receivedBytes: 5 });
    await reply?.outcome;
    expect(bench.seen.at(-1)).toMatchObject({
      outcome: 'failed',
      errorCode: 'stream_broken',
      firstContentMs: 10,
      orphaned: false,
    });
  });

  it('counts as one exchange for the retry budget, and takes nothing from it', async () => {
    const budget = budgetOf(5);
    await askAndWait(startAttemptsBench([commits()], { budget }));
    expect([budget.begun, budget.left]).toEqual([1, 5]);
  });
});

describe('an exchange whose target fails before the commit', () => {
  it('moves on to the next target', async () => {
    const bench = startAttemptsBench([fails(upstream('upstream_timeout'))]);
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'b' }, attempts: 2 } });
    expect(bench.tried()).toEqual(['a', 'b']);
  });

  it('reports the failed attempt and the failover', async () => {
    const bench = startAttemptsBench([fails(upstream('upstream_timeout'))]);
    await askAndWait(bench);
    expect(kinds(bench.seen)).toEqual(['attempt-start', 'attempt-end', 'failover', 'attempt-start']);
    expect(bench.seen[1]).toEqual({
      kind: 'attempt-end',
      id: 'x1',
      target: target('a'),
      number: 1,
      stream: false,
      outcome: 'failed',
      errorCode: 'upstream_timeout',
      durationMs: 10,
      firstContentMs: undefined,
      orphaned: true,
    });
    expect(bench.seen[2]).toEqual({ kind: 'failover', id: 'x1', from: target('a'), to: target('b') });
    expect(bench.seen[3]).toMatchObject({ number: 2, reason: 'failover', waitedMs: 0 });
  });

  it('knows that a request which was turned away costs nothing', async () => {
    const bench = startAttemptsBench([fails(upstream('upstream_rate_limited', { status: 429 }))]);
    await askAndWait(bench);
    expect(bench.ofKind('attempt-end')).toMatchObject([{ orphaned: false }]);
  });

  it('counts only attempts that reached out to a backend', async () => {
    const bench = startAttemptsBench([fails(new GatewayError('circuit_open', 'a/m'))]);
    expect((await askAndWait(bench)).reply?.attempts).toBe(1);
  });

  it('moves on as well when the target could not even be asked', async () => {
    const bench = startAttemptsBench([{ does: 'throw', error: upstream('upstream_unreachable') }]);
    expect((await askAndWait(bench)).reply?.attempts).toBe(2);
    expect(kinds(bench.seen)).toEqual(['attempt-start', 'attempt-end', 'failover', 'attempt-start']);
  });

  it('tries the same target again after a wait', async () => {
    const bench = startAttemptsBench([fails(upstream('upstream_overloaded'))], { backends: ['a'] });
    const end = settled(bench.ask());
    await bench.clock.advanceAsync(509);
    expect(bench.tried()).toEqual(['a']);
    await bench.clock.advanceAsync(11);
    expect(await end).toMatchObject({ reply: { attempts: 2 } });
    expect(bench.ofKind('retry')).toEqual([{ kind: 'retry', id: 'x1', target: target('a'), delayMs: 500 }]);
    expect(bench.ofKind('attempt-start')).toMatchObject([{ waitedMs: 0 }, { reason: 'retry', waitedMs: 500 }]);
    expect(bench.clock.pending).toBe(0);
  });

  it('tries the same target again at once where it needs no rest', async () => {
    const bench = startAttemptsBench([fails(upstream('upstream_rate_limited'))], {
      backends: ['a'],
      policy: { backoffMs: () => 0 },
    });
    expect((await askAndWait(bench, 20)).reply?.attempts).toBe(2);
    expect(bench.tried()).toEqual(['a', 'a']);
  });

  it('asks once how long to rest, so that a random wait stays what it was', async () => {
    let asked = 0;
    const bench = startAttemptsBench([fails(upstream('upstream_overloaded'))], {
      backends: ['a'],
      policy: { backoffMs: () => 100 * ++asked },
    });
    await askAndWait(bench);
    expect([asked, bench.sent[1]?.atMs]).toEqual([1, 110]);
  });
});

describe('an exchange with a deadline', () => {
  it('leaves time for the other targets', async () => {
    const bench = startAttemptsBench([hangs, hangs, commits(10)], { backends: ['a', 'b', 'c'], deadlineMs: 900 });
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'c' } } });
    expect(bench.sent.map(({ atMs, commitWithinMs }) => [atMs, commitWithinMs])).toEqual([
      [0, 300],
      [300, 300],
      [600, undefined],
    ]);
  });

  it('ends with its last error rather than wait for nothing', async () => {
    const bench = startAttemptsBench([fails(upstream('upstream_overloaded'))], {
      backends: ['a'],
      deadlineMs: 400,
    });
    expect(await askAndWait(bench, 20)).toMatchObject({ error: { code: 'upstream_overloaded' } });
    expect(bench.clock.pending).toBe(0);
  });

  it('makes no attempt when there is no time for any', async () => {
    const bench = startAttemptsBench([]);
    const { call } = bench;
    const late = { ...call, context: { ...call.context, deadlineAtMs: 0 } };
    await expect(bench.exchange(late)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(bench.tried()).toEqual([]);
  });
});

describe('an exchange when the retry budget is spent', () => {
  it('ends with its error and says so', async () => {
    const error = upstream('upstream_timeout');
    const bench = startAttemptsBench([fails(error)], { budget: budgetOf(0) });
    expect((await askAndWait(bench)).error).toBe(error);
    expect(bench.tried()).toEqual(['a']);
    expect(bench.ofKind('retry-budget-spent')).toEqual([{ kind: 'retry-budget-spent', id: 'x1' }]);
  });

  it('still moves on from targets that were not asked', async () => {
    const bench = startAttemptsBench([fails(new GatewayError('circuit_open', 'a/m'))], { budget: budgetOf(0) });
    expect(await askAndWait(bench)).toMatchObject({ reply: { target: { backend: 'b' } } });
  });

  it('was charged once for each extra call', async () => {
    const budget = budgetOf(5);
    const refused = fails(new GatewayError('target_busy', 'b/m'));
    const bench = startAttemptsBench([fails(upstream('upstream_broken')), refused], {
      backends: ['a', 'b', 'c'],
      budget,
    });
    expect((await askAndWait(bench)).reply?.attempts).toBe(2);
    expect(budget.left).toBe(4);
  });
});

describe('an exchange that no target answers', () => {
  const failing = async (errors: readonly unknown[], backends?: readonly string[]) => {
    const bench = startAttemptsBench(
      errors.map((error) => fails(error)),
      backends && { backends },
    );
    return { ...(await askAndWait(bench)), bench };
  };

  it('rejects with the only error', async () => {
    const only = upstream('upstream_timeout');
    expect((await failing([only], ['a'])).error).toBe(only);
  });

  it('tells what each target said when none can be sent the request', async () => {
    const refusal = new GatewayError('translation_refused', 'tools[0] (unknown)');
    expect((await failing([refusal, refusal])).error).toMatchObject({
      code: 'translation_refused',
      detail: 'a/m: tools[0] (unknown); b/m: tools[0] (unknown)',
    });
  });

  it('is not taken for an impossible request when one target could be asked', async () => {
    const refusal = new GatewayError('translation_refused', 'tools[0] (unknown)');
    expect((await failing([upstream('upstream_timeout'), refusal])).error).toMatchObject({
      code: 'no_backend_available',
      detail: expect.stringContaining('b/m: The request cannot be carried'),
    });
  });

  it('rejects with that error and what each target said when all failed alike', async () => {
    const { error } = await failing([upstream('upstream_timeout'), upstream('upstream_timeout')]);
    expect(error).toMatchObject({ code: 'upstream_timeout', detail: 'a/m: detail; b/m: detail' });
  });

  it('keeps what is known of the last fault', async () => {
    const refused = new UpstreamError('upstream_unauthorized', 'no', { backend: 'b', status: 401, retryAfterMs: 5 });
    expect((await failing([refused, refused])).error).toMatchObject({
      detail: 'a/m: no; b/m: no',
      fault: { backend: 'b', status: 401, retryAfterMs: 5 },
    });
  });

  it('rejects with the refusal of each target when none took the request', async () => {
    const full = new GatewayError('target_busy', 'no room');
    expect((await failing([full, full])).error).toMatchObject({
      code: 'target_busy',
      detail: 'a/m: no room; b/m: no room',
    });
  });

  it('rejects with what each target said when they failed differently', async () => {
    const last = upstream('upstream_timeout');
    expect((await failing([new GatewayError('circuit_open', 'a/m'), last])).error).toMatchObject({
      code: 'no_backend_available',
      detail: 'a/m: The circuit of a/m is open; b/m: The backend was too slow: detail',
      cause: last,
    });
  });

  it("rejects with a caller's fault as it came, though another target failed before", async () => {
    const refused = upstream('upstream_rejected');
    const { error, bench } = await failing([upstream('upstream_timeout'), refused], ['a', 'b', 'c']);
    expect(error).toBe(refused);
    expect(bench.tried()).toEqual(['a', 'b']);
  });

  it('does not retry a fault of our own', async () => {
    const { error, bench } = await failing([new TypeError('bug')]);
    expect(error).toMatchObject({ code: 'internal', detail: 'bug' });
    expect(bench.tried()).toEqual(['a']);
  });

  it('says so when its plan is empty', async () => {
    expect((await failing([], [])).error).toMatchObject({ code: 'no_backend_available' });
  });

  it('says so when it has no plan', async () => {
    const { exchange, call } = startAttemptsBench([]);
    await expect(exchange({ ...call, plan: undefined })).rejects.toMatchObject({ code: 'internal' });
  });
});
