import { describe, expect, it } from '@jest/globals';

import { createProbePhase } from './probe-phase.js';
import type { PhaseVerdict } from './probe-phase.js';

const rule = { halfOpenCalls: 5, successRate: 0.8 };

/** `p` passes, `f` fails, `b` breaks off after it had passed; each enters first. Returns the last verdict. */
const after = (probes: string, of = rule): PhaseVerdict => {
  const phase = createProbePhase(of);
  let verdict: PhaseVerdict;
  for (const probe of probes) {
    phase.enter();
    if (probe === 'b') phase.pass();
    verdict = probe === 'p' ? phase.pass() : phase.fail(probe === 'b');
  }
  return verdict;
};

describe('a probe phase', () => {
  it.each<[string, PhaseVerdict]>([
    ['p', undefined],
    ['ppp', undefined],
    ['pppp', 'close'],
    ['pfppp', 'close'],
    ['pf', undefined],
    ['pff', 'open'],
    ['pppff', 'open'],
    ['f', 'open'],
    ['b', 'open'],
    ['pb', undefined],
    ['pbb', 'open'],
  ])('after the probes %s says %s', (probes, verdict) => {
    expect(after(probes)).toBe(verdict);
  });

  it.each([
    [1, 0.8, 1],
    [10, 0.7, 7],
    [3, 0.5, 2],
    [4, 1, 4],
  ])('of %d probes at a rate of %d needs %d', (halfOpenCalls, successRate, needed) => {
    const of = { halfOpenCalls, successRate };
    expect(after('p'.repeat(needed), of)).toBe('close');
    if (needed > 1) expect(after('p'.repeat(needed - 1), of)).toBeUndefined();
  });

  it('sends one probe ahead', () => {
    const phase = createProbePhase(rule);
    expect(phase.hasRoom).toBe(true);
    phase.enter();
    expect(phase.hasRoom).toBe(false);
    phase.pass();
    expect(phase.hasRoom).toBe(true);
  });

  it('has no more probes than it may', () => {
    const phase = createProbePhase(rule);
    phase.enter();
    phase.pass();
    for (let probe = 2; probe <= 5; probe += 1) {
      expect(phase.hasRoom).toBe(true);
      phase.enter();
    }
    expect(phase.hasRoom).toBe(false);
  });

  it('gives the place of a probe that says nothing to another one', () => {
    const phase = createProbePhase(rule);
    phase.enter();
    phase.leave();
    expect(phase.hasRoom).toBe(true);
  });
});
