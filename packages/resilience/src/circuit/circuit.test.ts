import { describe, expect, it } from '@jest/globals';

import { target } from '../__fixtures__/calls.js';
import { broken, EPOCH_MS, FIRST_WAIT_MS, NAME, OPEN_MS, startCircuit } from '../__fixtures__/circuit-run.js';
import type { CircuitRun } from '../__fixtures__/circuit-run.js';

describe('the states of a circuit', () => {
  it.each<[from: string, event: string, to: string, (run: CircuitRun) => void]>([
    ['closed', 'too few calls failed', 'closed', (run) => run.failTimes(3)],
    ['closed', 'enough of enough calls failed', 'open', (run) => run.failTimes(4)],
    [
      'closed',
      'five calls in a row failed after many that went well',
      'open',
      (run) => {
        for (let i = 0; i < 100; i += 1) run.succeed();
        run.failTimes(5);
      },
    ],
    ['open', 'the wait is over and no call comes', 'open', (run) => run.toProbe()],
    [
      'open',
      'the wait is over and a call comes',
      'half-open',
      (run) => {
        run.toProbe();
        run.enter();
      },
    ],
    [
      'half-open',
      'the first probe failed',
      'open',
      (run) => {
        run.toHalfOpen();
        run.circuit.probeFailed(broken, false);
      },
    ],
    [
      'half-open',
      'one probe passed',
      'half-open',
      (run) => {
        run.toHalfOpen();
        run.circuit.probePassed();
      },
    ],
    ['half-open', 'enough probes passed', 'closed', (run) => run.toRamp()],
    [
      'half-open',
      'more probes failed than the rate allows',
      'open',
      (run) => {
        run.toHalfOpen();
        run.circuit.probePassed();
        for (let i = 0; i < 2; i += 1) {
          run.enter();
          run.circuit.probeFailed(broken, false);
        }
      },
    ],
    [
      'half-open',
      'a probe says nothing',
      'half-open',
      (run) => {
        run.toHalfOpen();
        run.circuit.probeLeft();
      },
    ],
    ['closed', 'opened by hand', 'open', (run) => run.circuit.open('maintenance')],
    [
      'half-open',
      'opened by hand',
      'open',
      (run) => {
        run.toHalfOpen();
        run.circuit.open('maintenance');
      },
    ],
    [
      'open',
      'closed by hand',
      'closed',
      (run) => {
        run.failTimes(4);
        run.circuit.close();
      },
    ],
    [
      'half-open',
      'reset by hand',
      'closed',
      (run) => {
        run.toHalfOpen();
        run.circuit.reset();
      },
    ],
  ])('%s: %s -> %s', (_from, _event, to, act) => {
    const run = startCircuit();
    act(run);
    expect(run.state()).toBe(to);
  });

  it('are told when they change', () => {
    const run = startCircuit();
    run.toRamp();
    expect(run.changes()).toEqual([
      ['open', '4 of 4 calls failed'],
      ['half-open', '750 ms have passed'],
      ['closed', 'its probes were answered'],
    ]);
  });
});

describe('an open circuit', () => {
  it('refuses until its wait is over', () => {
    const run = startCircuit();
    run.failTimes(4);
    run.clock.advance(FIRST_WAIT_MS - 1);
    expect(run.enter()).toBe(NAME);
    expect(run.isAvailable()).toEqual({ available: false, reason: 'circuit open: 4 of 4 calls failed' });
    run.clock.advance(1);
    expect(run.isAvailable()).toEqual({ available: true });
    expect(run.enter()).toBeUndefined();
  });

  it('shows since when, why, and when a probe may go', () => {
    const run = startCircuit();
    run.clock.advance(5);
    run.failTimes(4);
    expect(run.circuit.snapshot()).toEqual({
      ...{ target, state: 'open', forced: false, failureRate: 1, calls: 4, slowRate: 0, openings: 1 },
      ...{ openedAtMs: EPOCH_MS + 5, nextProbeAtMs: EPOCH_MS + 5 + FIRST_WAIT_MS },
      ...{ reason: '4 of 4 calls failed', failureClass: 'server' },
    });
  });

  it('waits as long as the backend asked for', () => {
    const run = startCircuit();
    run.fail({ ...broken, retryAfterMs: 10_000 });
    run.clock.advance(500);
    run.failTimes(3);
    run.clock.advance(9_499);
    expect(run.enter()).toBe(NAME);
    run.clock.advance(1);
    expect(run.enter()).toBeUndefined();
  });

  it('does not wait for hours because a backend asked for it', () => {
    const run = startCircuit();
    run.failTimes(4, { ...broken, retryAfterMs: 86_400_000 });
    run.clock.advance(600_000);
    expect(run.enter()).toBeUndefined();
  });

  it('does not wait for what a backend asked before it answered again', () => {
    const run = startCircuit();
    run.fail({ ...broken, retryAfterMs: 10_000 });
    run.succeed();
    run.failTimes(2);
    run.clock.advance(FIRST_WAIT_MS);
    expect(run.enter()).toBeUndefined();
  });

  it('waits longer from one opening to the next', () => {
    const run = startCircuit();
    run.failTimes(4);
    const waits = Array.from({ length: 6 }, () => {
      const { openedAtMs = 0, nextProbeAtMs = 0 } = run.circuit.snapshot();
      run.clock.advance(nextProbeAtMs - openedAtMs);
      run.enter();
      run.circuit.probeFailed(broken, false);
      return nextProbeAtMs - openedAtMs;
    });
    expect(waits).toEqual([750, 1_500, 3_000, 6_000, 12_000, 12_000]);
    expect(run.circuit.snapshot().openings).toBe(7);
  });

  it('takes the time that a probe hung for a part of the wait', () => {
    const run = startCircuit();
    run.toHalfOpen();
    run.clock.advance(2_000);
    run.circuit.probeFailed(broken, false);
    expect(run.isAvailable()).toEqual({ available: true });
  });

  it('probes at once after time-outs', () => {
    const run = startCircuit();
    run.failTimes(4, { failureClass: 'timeout', why: 'upstream_timeout' });
    expect(run.enter()).toBeUndefined();
  });

  it('refuses everything after its shutdown', () => {
    const run = startCircuit();
    run.circuit.shutdown();
    run.clock.advance(1_000_000);
    expect(run.enter()).toBe(NAME);
    expect(run.isAvailable()).toEqual({ available: false, reason: 'circuit shut down' });
  });
});

describe('a half-open circuit', () => {
  it('is not available while its first probe is under way', () => {
    const run = startCircuit();
    run.toHalfOpen();
    expect(run.enter()).toBe(NAME);
    expect(run.isAvailable()).toEqual({
      available: false,
      reason: 'circuit half-open: its probes are under way',
    });
    run.circuit.probePassed();
    expect(run.isAvailable()).toEqual({ available: true });
  });

  it('has no time of a next probe to show', () => {
    const run = startCircuit();
    run.toHalfOpen();
    expect(run.circuit.snapshot()).not.toHaveProperty('nextProbeAtMs');
    expect(run.circuit.snapshot()).toMatchObject({ openedAtMs: EPOCH_MS, failureClass: 'server' });
  });

  it('says which fault opened it again', () => {
    const run = startCircuit();
    run.toHalfOpen();
    run.circuit.probeFailed({ failureClass: 'timeout', why: 'upstream_timeout' }, false);
    expect(run.circuit.snapshot()).toMatchObject({
      reason: 'the probe failed: upstream_timeout',
      failureClass: 'timeout',
    });
  });

  it('begins a fresh phase when its probes never end', () => {
    const run = startCircuit();
    run.toHalfOpen();
    const { period } = run.circuit;
    run.clock.advance(OPEN_MS - 1);
    expect(run.enter()).toBe(NAME);
    run.clock.advance(1);
    expect(run.isAvailable()).toEqual({ available: true });
    expect(run.enter()).toBeUndefined();
    expect(run.circuit.period).toBeGreaterThan(period);
  });
});
