import { describe, expect, it } from '@jest/globals';

import type { FailureClass } from '../failure-class.js';
import { createRecovery } from './recovery.js';

const OPEN_MS = 32_000;
const latest = (): number => 1;
const earliest = (): number => 0;
const waits = (failureClass: FailureClass, openings: number, random = latest): number[] => {
  const recovery = createRecovery({ openMs: () => OPEN_MS, random });
  return Array.from({ length: openings }, () => recovery.opened(failureClass, 0));
};

describe('the wait before the next probe', () => {
  it.each<[FailureClass, readonly number[]]>([
    ['server', [1_000, 2_000, 4_000, 8_000, 16_000, 16_000]],
    ['stream-broken', [1_000, 2_000, 4_000, 8_000, 16_000, 16_000]],
    ['rate-limit', [1_000, 2_000, 4_000, 8_000, 16_000, 16_000]],
    ['connection', [2_000, 4_000, 6_000, 8_000, 10_000, 12_000]],
    ['timeout', [0, 1_000, 2_000, 4_000, 8_000, 16_000]],
  ])('of an opening by class %s is at most %j', (failureClass, expected) => {
    expect(waits(failureClass, 6)).toEqual(expected);
  });

  it('never grows beyond half of openMs', () => {
    expect(waits('connection', 20).slice(7)).toEqual(Array(13).fill(16_000));
  });

  it('is at least three quarters of the most', () => {
    expect(waits('server', 3, earliest)).toEqual([750, 1_500, 3_000]);
  });
});

describe('openings in a row', () => {
  const closedFor = (ms: number) => {
    const recovery = createRecovery({ openMs: () => OPEN_MS, random: latest });
    recovery.opened('server', 0);
    recovery.opened('server', 100);
    recovery.closed(1_000);
    return { recovery, nowMs: 1_000 + ms };
  };

  it('are counted on when the circuit was closed for a short time only', () => {
    const { recovery, nowMs } = closedFor(15_999);
    expect(recovery.openings(nowMs)).toBe(2);
    expect(recovery.opened('server', nowMs)).toBe(4_000);
    expect(recovery.openings(nowMs)).toBe(3);
  });

  it('are forgotten after a healthy time', () => {
    const { recovery, nowMs } = closedFor(16_000);
    expect(recovery.openings(nowMs)).toBe(0);
    expect(recovery.opened('server', nowMs)).toBe(1_000);
  });

  it('are not forgotten while the circuit is open', () => {
    const recovery = createRecovery({ openMs: () => OPEN_MS, random: latest });
    recovery.opened('server', 0);
    expect(recovery.openings(1_000_000)).toBe(1);
  });

  it('are forgotten when told to', () => {
    const { recovery, nowMs } = closedFor(0);
    recovery.forget();
    expect(recovery.openings(nowMs)).toBe(0);
  });
});
