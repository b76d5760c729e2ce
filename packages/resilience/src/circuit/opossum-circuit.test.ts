import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { createFakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createOpossumCircuit } from './opossum-circuit.js';

const WINDOW_MS = 10_000;
const setUp = () => {
  const clock = createFakeClock();
  return { clock, circuit: createOpossumCircuit('claude/opus', clock, () => WINDOW_MS) };
};

describe('what opossum counts', () => {
  it('is nothing at first', () => {
    expect(setUp().circuit.counted()).toEqual({ calls: 0, failureRate: 0 });
  });

  it('is the share of failures', () => {
    const { circuit } = setUp();
    for (const outcome of ['success', 'failure', 'success', 'success'] as const) circuit.count(outcome);
    expect(circuit.counted()).toEqual({ calls: 4, failureRate: 0.25 });
  });

  it('slides with the clock', () => {
    const { circuit, clock } = setUp();
    circuit.count('failure');
    clock.advance(WINDOW_MS / 2);
    circuit.count('success');
    expect(circuit.counted().calls).toBe(2);
    clock.advance(WINDOW_MS / 2);
    expect(circuit.counted()).toEqual({ calls: 1, failureRate: 0 });
    clock.advance(100 * WINDOW_MS);
    expect(circuit.counted().calls).toBe(0);
  });

  it('stays right over thousands of calls', () => {
    const { circuit } = setUp();
    for (let i = 0; i < 3_000; i += 1) circuit.count(i % 3 === 0 ? 'failure' : 'success');
    expect(circuit.counted()).toEqual({ calls: 3_000, failureRate: expect.closeTo(1 / 3) });
  });

  it('can be forgotten', () => {
    const { circuit } = setUp();
    circuit.count('failure');
    circuit.forget();
    expect(circuit.counted().calls).toBe(0);
  });
});

describe('the switch', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('opens and closes when it is told to, and only then', () => {
    const { circuit } = setUp();
    for (let i = 0; i < 100; i += 1) circuit.count('failure');
    expect(circuit.closed).toBe(true);
    circuit.open();
    jest.advanceTimersByTime(86_400_000);
    circuit.count('success');
    expect([circuit.closed, circuit.ended]).toEqual([false, false]);
    circuit.close();
    expect(circuit.closed).toBe(true);
  });

  it('leaves no timer behind and stays off after its shutdown', () => {
    const { circuit } = setUp();
    circuit.open();
    expect(jest.getTimerCount()).toBe(1);
    circuit.shutdown();
    expect(jest.getTimerCount()).toBe(0);
    expect([circuit.closed, circuit.ended]).toEqual([false, true]);
  });
});

describe('opossum itself', () => {
  it('does not keep the process alive while it is open', async () => {
    const script = `
      import Breaker from 'opossum';
      const breaker = new Breaker(() => Promise.resolve(), { timeout: false, enableSnapshots: false });
      breaker.open();
      console.log(breaker.opened);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      timeout: 5_000,
      cwd: new URL('..', import.meta.url),
    });
    expect(stdout).toBe('true\n');
  });
});
