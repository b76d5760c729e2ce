import { describe, expect, it } from '@jest/globals';

import { target } from '../__fixtures__/calls.js';
import { broken, EPOCH_MS, FIRST_WAIT_MS, NAME, OPEN_MS, startCircuit } from '../__fixtures__/circuit-run.js';

describe('a circuit that has recovered', () => {
  it('begins with an empty window', () => {
    const run = startCircuit();
    run.toRamp();
    expect(run.circuit.snapshot()).toMatchObject({ calls: 0, failureRate: 0, openings: 1 });
  });

  it('gets its load back by and by', () => {
    const run = startCircuit();
    run.toRamp();
    expect(run.circuit.snapshot().ramp).toBe(0.25);
    const refusals = Array.from({ length: 8 }, () => run.enter(10));
    const refusal = `${NAME} (it has recovered, its load comes back by and by)`;
    expect(refusals.filter((text) => text === undefined)).toHaveLength(2);
    expect(refusals[0]).toBe(refusal);
    expect(run.isAvailable()).toEqual({ available: true });
  });

  it('refuses nobody while few calls wait', () => {
    const run = startCircuit();
    run.toRamp();
    expect([run.enter(9), run.enter(9)]).toEqual([undefined, undefined]);
  });

  it('lets more calls wait with each answer', () => {
    const run = startCircuit();
    run.toRamp();
    expect(run.enter(10)).toBeDefined();
    run.circuit.answered();
    expect(run.enter(10)).toBeUndefined();
  });

  it('has all its load after a time as long as it was shut', () => {
    const run = startCircuit();
    run.toRamp();
    run.clock.advance(FIRST_WAIT_MS);
    expect(run.circuit.snapshot()).not.toHaveProperty('ramp');
    expect(Array.from({ length: 8 }, () => run.enter(100)).filter((text) => text !== undefined)).toEqual([]);
  });

  it('has all its load after a sixth of openMs, however long it was shut', () => {
    const run = startCircuit();
    run.failTimes(4, { ...broken, retryAfterMs: 100_000 });
    run.clock.advance(100_000);
    run.passProbes(4);
    run.clock.advance(OPEN_MS / 6 - 1);
    expect(run.circuit.snapshot()).toHaveProperty('ramp');
    run.clock.advance(2);
    expect(run.circuit.snapshot()).not.toHaveProperty('ramp');
  });

  it('opens again after three failures in a row', () => {
    const run = startCircuit({ volume: 10 });
    run.failTimes(5);
    run.clock.advance(FIRST_WAIT_MS);
    run.passProbes(4);
    run.failTimes(3);
    expect(run.circuit.snapshot()).toMatchObject({ state: 'open', reason: '3 calls in a row failed', openings: 2 });
  });
});

describe('a circuit opened by hand', () => {
  it('stays open, without probes', () => {
    const run = startCircuit();
    run.circuit.open('maintenance');
    run.clock.advance(1_000_000);
    expect(run.enter()).toBe(NAME);
    expect(run.isAvailable()).toEqual({ available: false, reason: 'circuit open: maintenance' });
    expect(run.circuit.snapshot()).toEqual({
      ...{ target, state: 'open', forced: true, failureRate: 0, calls: 0, slowRate: 0, openings: 0 },
      ...{ openedAtMs: EPOCH_MS, reason: 'maintenance' },
    });
  });

  it('takes all its load at once when it is closed by hand', () => {
    const run = startCircuit();
    run.circuit.open('maintenance');
    run.circuit.close();
    expect(run.enter(1_000)).toBeUndefined();
    expect(run.circuit.snapshot()).toMatchObject({ state: 'closed', forced: false, reason: 'closed by hand' });
    expect(run.circuit.snapshot()).not.toHaveProperty('ramp');
  });

  it('can open by itself afterwards', () => {
    const run = startCircuit();
    run.circuit.open('maintenance');
    run.circuit.close();
    run.failTimes(4);
    run.clock.advance(FIRST_WAIT_MS);
    expect(run.enter()).toBeUndefined();
  });
});

describe('a circuit reset by hand', () => {
  it('is as new', () => {
    const run = startCircuit();
    run.toHalfOpen();
    run.circuit.probeFailed(broken, false);
    run.circuit.reset();
    expect(run.circuit.snapshot()).toEqual({
      ...{ target, state: 'closed', forced: false, failureRate: 0, calls: 0, slowRate: 0, openings: 0 },
    });
  });

  it('tells nothing when it was closed', () => {
    const run = startCircuit();
    run.circuit.reset();
    expect(run.changes()).toEqual([]);
  });
});
