import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createMinuteWindow } from './minute-window.js';

const MINUTE_MS = 60_000;

describe('a minute window', () => {
  it('begins with nothing', () => {
    expect(createMinuteWindow().total(123)).toBe(0);
  });

  it('adds up what is counted', () => {
    const window = createMinuteWindow();
    window.count(0, 2);
    window.count(10, 3);
    window.count(1_500, 4);
    expect(window.total(1_500)).toBe(9);
  });

  it('forgets what is 61 seconds of the clock old, and not before', () => {
    const window = createMinuteWindow();
    window.count(900, 5);
    expect([window.total(60_999), window.total(61_000)]).toEqual([5, 0]);
  });

  it('keeps what came later when it forgets', () => {
    const window = createMinuteWindow();
    window.count(0, 1);
    window.count(1_000, 2);
    window.count(30_000, 4);
    expect(window.total(62_500)).toBe(4);
  });

  it('takes back what was counted', () => {
    const window = createMinuteWindow();
    const counted = window.count(0, 5);
    window.count(100, 1);
    window.takeBack(counted, 3);
    expect(window.total(100)).toBe(3);
  });

  it('takes nothing back that it has forgotten', () => {
    const window = createMinuteWindow();
    const counted = window.count(0, 5);
    window.count(70_000, 1);
    window.takeBack(counted, 5);
    expect(window.total(70_000)).toBe(1);
  });

  it('knows when enough of it is forgotten', () => {
    const window = createMinuteWindow();
    window.count(0, 5);
    window.count(10_000, 5);
    expect([window.msUntil(10_500, 10), window.msUntil(10_500, 5), window.msUntil(10_500, 4)]).toEqual([
      0, 50_500, 60_500,
    ]);
  });

  const calls = fc.array(
    fc.record({ afterMs: fc.oneof(fc.nat(2_000), fc.nat(90_000)), amount: fc.integer({ min: 1, max: 20 }) }),
    { maxLength: 200, size: 'max' },
  );

  it('never holds less than any 60 seconds, nor more than 61 seconds', () => {
    fc.assert(
      fc.property(calls, (steps) => {
        const window = createMinuteWindow();
        const counted: { readonly atMs: number; readonly amount: number }[] = [];
        let nowMs = 0;
        const since = (ageMs: number): number =>
          counted.filter(({ atMs }) => atMs > nowMs - ageMs).reduce((sum, { amount }) => sum + amount, 0);
        for (const { afterMs, amount } of steps) {
          nowMs += afterMs;
          window.count(nowMs, amount);
          counted.push({ atMs: nowMs, amount });
          const total = window.total(nowMs);
          expect(total).toBeGreaterThanOrEqual(since(MINUTE_MS));
          expect(total).toBeLessThanOrEqual(since(MINUTE_MS + 1_000));
        }
      }),
    );
  });

  it('has room exactly when it says that it will', () => {
    fc.assert(
      fc.property(calls, fc.nat(100), (steps, most) => {
        const window = createMinuteWindow();
        let nowMs = 0;
        for (const { afterMs, amount } of steps) {
          nowMs += afterMs;
          window.count(nowMs, amount);
        }
        const waitMs = window.msUntil(nowMs, most);
        if (waitMs > 0) expect(window.total(nowMs + waitMs - 1)).toBeGreaterThan(most);
        expect(window.total(nowMs + waitMs)).toBeLessThanOrEqual(most);
      }),
    );
  });
});
