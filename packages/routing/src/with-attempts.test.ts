import { describe, expect, it } from '@jest/globals';

import { GatewayError, UpstreamError } from '@claudette/core';
import type { Call, Exchange, GatewayErrorCode, Observation, Outcome, Reply, Target } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import type { AttemptPolicy } from './attempt-policy.js';
import { withAttempts } from './with-attempts.js';

const target = (backend: string): Target => ({ backend, model: 'm', provider: 'openai', dialect: 'openai-chat' });

const upstream = (code: GatewayErrorCode, retryAfterMs = 0): UpstreamError =>
  new UpstreamError(code, 'detail', { backend: 'a', retryAfterMs });

const replyFrom = (answering: Target, outcome: Promise<Outcome>): Reply => ({
  target: answering,
  dialect: 'openai-chat',
  framing: 'json',
  status: 200,
  headers: {},
  bytes: (async function* () {})(),
  outcome,
  losses: [],
  cache: 'bypass',
  attempts: 1,
  cancel: () => undefined,
});

type Step = 'ok' | 'hang' | GatewayError | Error;

/** Plays one step per attempt; each takes 10 ms. */
const play = (script: readonly Step[], options: { backends?: string[]; policy?: Partial<AttemptPolicy> } = {}) => {
  const clock = createFakeClock();
  const client = new AbortController();
  const seen: Observation[] = [];
  const tried: string[] = [];
  let settle: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((resolve) => (settle = resolve));

  const upstreams: Exchange = (call) => {
    const chosen = call.target ?? target('none');
    const step = script[tried.length] ?? 'ok';
    tried.push(chosen.backend);
    clock.advance(10);
    if (step === 'hang') {
      return new Promise((_, reject) => {
        call.context.signal.addEventListener('abort', () => reject(new Error('socket destroyed')));
      });
    }
    return step === 'ok' ? Promise.resolve(replyFrom(chosen, outcome)) : Promise.reject(step);
  };
  const call: Call = {
    operation: 'generate',
    request: { model: 'm', messages: [], stream: false, streamUsage: false, tools: [], foreign: [] },
    plan: {
      strategy: 'weighted',
      candidates: (options.backends ?? ['a', 'b']).map((name) => ({ target: target(name), score: 1, reasons: [] })),
      rejected: [],
    },
    context: {
      id: 'x1',
      principal: { id: 'local', name: 'local' },
      signal: client.signal,
      observe: (observation) => void seen.push(observation),
      cacheMode: 'default',
      strict: false,
      tags: [],
    },
  };
  const policy = { maxAttempts: 3, backoffMs: () => 500, ...options.policy };
  const exchange = withAttempts({ policy, clock })(upstreams);
  return { clock, client, seen, tried, settle, call, exchange, reply: () => exchange(call) };
};

const kinds = (seen: readonly Observation[]): string[] => seen.map(({ kind }) => kind);

describe('an exchange whose first target answers', () => {
  it('makes one attempt', async () => {
    const { reply, tried } = play(['ok']);
    expect(await reply()).toMatchObject({ target: { backend: 'a' }, attempts: 1 });
    expect(tried).toEqual(['a']);
  });

  it('reports the end of the attempt when the outcome settles, and not before', async () => {
    const { reply, seen, settle, clock } = play(['ok']);
    const { outcome } = await reply();
    expect(kinds(seen)).toEqual(['attempt-start']);
    clock.advance(90);
    settle({ kind: 'complete', receivedBytes: 5 });
    await outcome;
    expect(seen).toEqual([
      { kind: 'attempt-start', id: 'x1', target: target('a'), number: 1 },
      {
        kind: 'attempt-end',
        id: 'x1',
        target: target('a'),
        number: 1,
        outcome: 'complete',
        durationMs: 100,
        firstContentMs: 10,
      },
    ]);
  });

  it('reports why a committed reply failed', async () => {
    const { reply, seen, settle } = play(['ok']);
    const { outcome } = await reply();
    settle({ kind: 'failed', cause: new GatewayError('stream_broken', 'cut'), receivedBytes: 5 });
    await outcome;
    expect(seen.at(-1)).toMatchObject({ outcome: 'failed', errorCode: 'stream_broken', firstContentMs: 10 });
  });
});

describe('an exchange whose target fails before the commit', () => {
  it('moves on to the next target', async () => {
    const { reply, tried } = play([upstream('upstream_timeout')]);
    expect(await reply()).toMatchObject({ target: { backend: 'b' }, attempts: 2 });
    expect(tried).toEqual(['a', 'b']);
  });

  it('reports the failed attempt and the failover', async () => {
    const { reply, seen } = play([upstream('upstream_timeout')]);
    await reply();
    expect(kinds(seen)).toEqual(['attempt-start', 'attempt-end', 'failover', 'attempt-start']);
    expect(seen[1]).toEqual({
      kind: 'attempt-end',
      id: 'x1',
      target: target('a'),
      number: 1,
      outcome: 'failed',
      errorCode: 'upstream_timeout',
      durationMs: 10,
    });
    expect(seen[2]).toEqual({ kind: 'failover', id: 'x1', from: target('a'), to: target('b') });
  });

  it('counts only attempts that reached out to a backend', async () => {
    const { reply } = play([new GatewayError('circuit_open', 'a/m')]);
    expect((await reply()).attempts).toBe(1);
  });

  it('tries the same target again after a wait', async () => {
    const { reply, tried, clock, seen } = play([upstream('upstream_overloaded')], { backends: ['a'] });
    const answer = reply();
    await clock.advanceAsync(499);
    expect(tried).toEqual(['a']);
    await clock.advanceAsync(1);
    expect(await answer).toMatchObject({ attempts: 2 });
    expect(seen).toContainEqual({ kind: 'retry', id: 'x1', target: target('a'), delayMs: 500 });
    expect(clock.pending).toBe(0);
  });

  it('tries the same target again at once when its rest is already over', async () => {
    const { reply, tried } = play([upstream('upstream_unreachable')], {
      backends: ['a'],
      policy: { backoffMs: () => 0 },
    });
    expect((await reply()).attempts).toBe(2);
    expect(tried).toEqual(['a', 'a']);
  });
});

describe('an exchange that no target answers', () => {
  it('rejects with the only error', async () => {
    const error = upstream('upstream_timeout');
    await expect(play([error], { backends: ['a'] }).reply()).rejects.toBe(error);
  });

  it('tells what each target said when none can be sent the request', async () => {
    const refusal = new GatewayError('translation_refused', 'tools[0] (unknown)');
    await expect(play([refusal, refusal]).reply()).rejects.toMatchObject({
      code: 'translation_refused',
      detail: 'a/m: tools[0] (unknown); b/m: tools[0] (unknown)',
    });
  });

  it('is not taken for an impossible request when one target could be asked', async () => {
    const refusal = new GatewayError('translation_refused', 'tools[0] (unknown)');
    await expect(play([upstream('upstream_timeout'), refusal]).reply()).rejects.toMatchObject({
      code: 'no_backend_available',
      detail: expect.stringContaining('b/m: The request cannot be carried'),
    });
  });

  it('rejects with the last error when all failed alike', async () => {
    const last = upstream('upstream_timeout');
    await expect(play([upstream('upstream_timeout'), last]).reply()).rejects.toBe(last);
  });

  it('rejects with what each target said when they failed differently', async () => {
    const last = upstream('upstream_timeout');
    await expect(play([new GatewayError('circuit_open', 'a/m'), last]).reply()).rejects.toMatchObject({
      code: 'no_backend_available',
      detail: 'a/m: The circuit of a/m is open; b/m: The backend was too slow: detail',
      cause: last,
    });
  });

  it("rejects with a caller's fault as it came, though another target failed before", async () => {
    const refused = upstream('upstream_rejected');
    const { reply, tried } = play([upstream('upstream_timeout'), refused], { backends: ['a', 'b', 'c'] });
    await expect(reply()).rejects.toBe(refused);
    expect(tried).toEqual(['a', 'b']);
  });

  it('does not retry a fault of our own', async () => {
    const { reply, tried } = play([new TypeError('bug')]);
    await expect(reply()).rejects.toMatchObject({ code: 'internal', detail: 'bug' });
    expect(tried).toEqual(['a']);
  });

  it('says so when its plan is empty', async () => {
    await expect(play([], { backends: [] }).reply()).rejects.toMatchObject({ code: 'no_backend_available' });
  });

  it('says so when it has no plan', async () => {
    const { exchange, call } = play([]);
    await expect(exchange({ ...call, plan: undefined })).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('an exchange whose client leaves', () => {
  const left = new GatewayError('client_aborted', 'closed');

  it('makes no attempt when that was before the first', async () => {
    const { reply, client, tried } = play(['ok']);
    client.abort(left);
    await expect(reply()).rejects.toBe(left);
    expect(tried).toEqual([]);
  });

  it('makes no further attempt when that was during one', async () => {
    const { reply, client, tried, seen } = play(['hang']);
    const answer = reply();
    client.abort(left);
    await expect(answer).rejects.toBe(left);
    expect(tried).toEqual(['a']);
    expect(seen.at(-1)).toMatchObject({ kind: 'attempt-end', outcome: 'abandoned', errorCode: 'client_aborted' });
  });

  it('ends a wait at once and leaves no timer behind', async () => {
    const { reply, client, tried, clock, seen } = play([upstream('upstream_overloaded')], { backends: ['a'] });
    const answer = reply();
    await clock.advanceAsync(1);
    expect(clock.pending).toBe(1);
    client.abort(left);
    await expect(answer).rejects.toBe(left);
    expect(clock.pending).toBe(0);
    expect(tried).toEqual(['a']);
    expect(kinds(seen)).not.toContain('retry');
  });

  it('reports a total deadline as a failure of the attempt', async () => {
    const { reply, client, seen } = play(['hang']);
    const answer = reply();
    client.abort(new GatewayError('deadline_exceeded', '5 ms'));
    await expect(answer).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(seen.at(-1)).toMatchObject({ outcome: 'failed', errorCode: 'deadline_exceeded' });
  });
});
