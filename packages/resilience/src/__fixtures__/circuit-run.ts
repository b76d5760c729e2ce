import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { expect } from '@jest/globals';

import type { BreakerOptions } from '../circuit/breaker-options.js';
import { createCircuit } from '../circuit/circuit.js';
import type { Blame } from '../circuit/circuit.js';
import { breakerOptions } from './breaker-options.js';
import { target } from './calls.js';

export const NAME = 'claude/opus';
/** What `epochMs()` of the run's clock begins with. */
export const EPOCH_MS = 1_000_000;
/** Until the first probe. */
export const FIRST_WAIT_MS = 750;
export const OPEN_MS = 32_000;
export const broken: Blame = { failureClass: 'server', why: 'upstream_failed' };

/** A circuit on a clock of its own, told of calls that never were. */
export const startCircuit = (overrides: Partial<BreakerOptions> = {}) => {
  const clock = createFakeClock({ epochMs: EPOCH_MS });
  const observations: Observation[] = [];
  const options = breakerOptions(clock, (observation) => observations.push(observation), overrides);
  const circuit = createCircuit(target, options, () => options);
  const see = (failed: boolean, blame?: Blame): void =>
    circuit.see({ atMs: clock.now(), startedAtMs: clock.now(), failed, slow: false }, blame);
  const run = {
    ...{ clock, circuit },
    enter: (waiting = 0) => circuit.enter(waiting),
    succeed: () => see(false),
    fail: (blame = broken) => see(true, blame),
    failTimes(times: number, blame = broken) {
      for (let i = 0; i < times; i += 1) run.fail(blame);
    },
    /** Trips it and waits until a probe may go. */
    toProbe() {
      run.failTimes(4);
      clock.advance(FIRST_WAIT_MS);
    },
    toHalfOpen() {
      run.toProbe();
      expect(run.enter()).toBeUndefined();
      expect(run.state()).toBe('half-open');
    },
    passProbes(times: number) {
      for (let i = 0; i < times; i += 1) {
        run.enter();
        circuit.probePassed();
      }
    },
    /** Trips it and lets it recover. */
    toRamp() {
      run.toProbe();
      run.passProbes(4);
      expect(run.state()).toBe('closed');
    },
    state: () => circuit.snapshot().state,
    changes: () => observations.flatMap((o) => (o.kind === 'circuit' ? [[o.state, o.reason]] : [])),
    isAvailable: () => circuit.isAvailable(),
  };
  return run;
};

export type CircuitRun = ReturnType<typeof startCircuit>;
