import type { Observation, Target } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import type { FakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createHealthBoard } from './health-board.js';
import type { HealthBoard } from './health-board.js';

const target: Target = { backend: 'up', model: 'm', provider: 'openai', dialect: 'openai-chat' };
type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;

const attempt = (fields: Partial<AttemptEnd> = {}): AttemptEnd => ({
  kind: 'attempt-end',
  id: 'x-1',
  target,
  number: 1,
  stream: false,
  outcome: 'failed',
  durationMs: 10,
  orphaned: false,
  ...fields,
});
const served = attempt({ outcome: 'complete', firstContentMs: 5 });
const lost = attempt({ errorCode: 'upstream_unreachable' });
const down = { kind: 'unreachable', reason: 'nobody listens' } as const;
const refused = { kind: 'refused', reason: 'its credential is refused (status 401)' } as const;
const forbidden = { kind: 'forbidden', reason: 'its credential is refused (status 403)' } as const;

interface Bench {
  readonly board: HealthBoard;
  readonly clock: FakeClock;
  readonly told: Observation[];
}

const start = (intervalMs = 30_000): Bench => {
  const clock = createFakeClock();
  const told: Observation[] = [];
  return { clock, told, board: createHealthBoard({ clock, intervalMs, observe: (each) => void told.push(each) }) };
};

describe('a backend nobody heard of', () => {
  it('is neither good nor bad, and may be used', () => {
    const { board } = start();
    const unknown = {
      healthy: undefined,
      checkedAtMs: undefined,
      by: undefined,
      reason: 'nothing was heard of it yet',
    };
    expect(board.state('up')).toEqual(unknown);
    expect(board.isAvailable(target)).toEqual({ available: true });
    expect(board.hasServedWithin('up', 1_000)).toBe(false);
  });

  it('is not known any better after what says nothing about it', () => {
    const { board, told } = start();
    board.observe({ kind: 'exchange-start', id: 'x', dialect: 'native' });
    const silent = ['circuit_open', 'upstream_timeout', 'upstream_broken', 'upstream_unauthorized'] as const;
    for (const errorCode of silent) board.observe(attempt({ errorCode }));
    board.observe(attempt({ outcome: 'abandoned' }));
    expect([board.state('up').healthy, told]).toEqual([undefined, []]);
  });

  it('is unhealthy after one look in vain', () => {
    const { board, told } = start();
    board.report('up', down);
    expect(board.state('up')).toEqual({ healthy: false, reason: 'nobody listens', checkedAtMs: 0, by: 'probe' });
    expect(board.isAvailable(target)).toEqual({ available: false, reason: 'nobody listens' });
    expect(told).toEqual([{ kind: 'backend-health', backend: 'up', healthy: false, reason: 'nobody listens' }]);
  });
});

describe('a backend that answers', () => {
  it('is healthy by a request that was served', () => {
    const { board, clock } = start();
    clock.advance(7);
    board.observe(served);
    expect(board.state('up')).toEqual({ healthy: true, reason: 'it answers requests', checkedAtMs: 7, by: 'traffic' });
    expect([board.hasServedWithin('up', 30_000), board.isAvailable(target).available]).toEqual([true, true]);
    clock.advance(30_001);
    expect(board.hasServedWithin('up', 30_000)).toBe(false);
  });

  it.each(['upstream_rate_limited', 'upstream_overloaded', 'upstream_failed', 'upstream_rejected'] as const)(
    'is reachable when it says %s, though it has served nothing',
    (errorCode) => {
      const { board } = start();
      board.observe(attempt({ errorCode }));
      expect([board.state('up').healthy, board.hasServedWithin('up', 1_000)]).toEqual([true, false]);
    },
  );

  it('has served a stream that broke off after its first content', () => {
    const { board } = start();
    board.observe(attempt({ firstContentMs: 3, errorCode: 'upstream_broken' }));
    expect(board.hasServedWithin('up', 0)).toBe(true);
  });

  it('is told of once, not with every request', () => {
    const { board, told } = start();
    board.observe(served);
    board.observe(served);
    board.report('up', { kind: 'accepted' });
    expect(told).toHaveLength(1);
    expect(board.state('up').reason).toBe('it answers probes');
  });

  it('stays healthy through one look in vain, and is unhealthy after the second in a row', () => {
    const { board } = start();
    board.observe(served);
    board.report('up', down);
    expect(board.state('up')).toMatchObject({ healthy: true, by: 'traffic' });
    board.observe(served);
    board.report('up', down);
    expect(board.isAvailable(target).available).toBe(true);
    board.report('up', down);
    expect(board.isAvailable(target)).toEqual({ available: false, reason: 'nobody listens' });
  });

  it('is unhealthy when requests cannot reach it twice in a row, and healthy with the next answer', () => {
    const { board, told } = start();
    for (const seen of [served, lost, lost, served]) board.observe(seen);
    expect(told.map((each) => each.kind === 'backend-health' && each.healthy)).toEqual([true, false, true]);
    expect(board.isAvailable(target)).toEqual({ available: true });
  });
});

describe('a backend that refuses its credential', () => {
  it('is not used, and the reason says so', () => {
    const { board } = start();
    board.report('up', refused);
    expect(board.isAvailable(target)).toEqual({ available: false, reason: 'its credential is refused (status 401)' });
  });

  it('is not rehabilitated by an answer that says nothing about the credential', () => {
    const { board } = start();
    board.report('up', refused);
    board.report('up', { kind: 'answered' });
    board.observe(attempt({ errorCode: 'upstream_overloaded' }));
    expect(board.isAvailable(target).available).toBe(false);
  });

  it.each(['traffic', 'a probe'])('is used again once %s is accepted', (by) => {
    const { board } = start();
    board.report('up', refused);
    if (by === 'traffic') board.observe(served);
    else board.report('up', { kind: 'accepted' });
    expect(board.isAvailable(target).available).toBe(true);
  });

  it('may forbid its list of models only: a backend that serves stays in use', () => {
    const { board } = start();
    board.report('up', forbidden);
    expect(board.state('up').healthy).toBe(false);
    board.observe(served);
    board.report('up', forbidden);
    expect(board.state('up').healthy).toBe(true);
    board.report('up', refused);
    expect(board.state('up').healthy).toBe(false);
  });

  it('is out of reach when it does not answer any more', () => {
    const { board, told } = start();
    board.report('up', refused);
    board.report('up', down);
    expect(board.state('up').reason).toBe(refused.reason);
    board.report('up', down);
    board.report('up', { kind: 'answered' });
    expect(board.state('up').healthy).toBe(true);
    expect(told).toHaveLength(2);
  });
});

describe('a verdict', () => {
  it('of requests holds for five seconds: then the circuit decides', () => {
    const { board, clock } = start();
    board.observe(lost);
    clock.advance(5_000);
    expect(board.isAvailable(target)).toEqual({ available: false, reason: 'requests cannot reach it' });
    clock.advance(1);
    expect(board.isAvailable(target)).toEqual({ available: true });
    expect(board.state('up').healthy).toBe(false);
  });

  it.each([
    [0, 30_000],
    [1_000, 30_000],
    [60_000, 180_000],
  ])('of a probe holds, with probes every %i ms, for %i ms', (intervalMs, believedMs) => {
    const { board, clock } = start(intervalMs);
    board.report('up', down);
    clock.advance(believedMs);
    expect(board.isAvailable(target).available).toBe(false);
    clock.advance(1);
    expect(board.isAvailable(target).available).toBe(true);
  });

  it('is made once, not for each request that asks', () => {
    const { board } = start();
    board.report('up', down);
    expect(board.isAvailable(target)).toBe(board.isAvailable(target));
    expect(board.isAvailable({ backend: 'other' })).toBe(board.isAvailable({ backend: 'third' }));
  });
});
