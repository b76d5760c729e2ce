import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createCacheBudget, decideCacheBytes } from './cache-budget.js';

const MIB = 1024 * 1024;
const FULL = 1600;

const leaves = (bytes: number) => ({ kind: 'group' as const, limitBytes: bytes + 50 * MIB, usedBytes: 50 * MIB });
const decide = (leftBytes: number, wantedBytes: number | null = null) =>
  decideCacheBytes({ bounds: [leaves(2 * leftBytes), leaves(leftBytes)] }, wantedBytes);

describe('the full size of a cache', () => {
  it('is a quarter of what the nearest limit leaves', () => {
    expect(decide(400 * MIB)).toBe(100 * MIB);
  });

  it('is at least 16 MiB and at most 256 MiB', () => {
    expect([decide(MIB), decide(-20 * MIB), decide(64_000 * MIB)]).toEqual([16 * MIB, 16 * MIB, 256 * MIB]);
  });
});

describe('a size that somebody asked for', () => {
  it('is given where there is room for it', () => {
    expect([decide(8_000 * MIB, 1_000 * MIB), decide(8_000 * MIB, 1_000)]).toEqual([1_000 * MIB, 1_000]);
  });

  it('is cut to 40 % of what the nearest limit leaves, and to no less than 16 MiB', () => {
    expect([decide(500 * MIB, 1_000 * MIB), decide(10 * MIB, 1_000 * MIB)]).toEqual([200 * MIB, 16 * MIB]);
  });
});

describe('the budget of a cache', () => {
  it('begins full', () => {
    expect(createCacheBudget(FULL).bytes).toBe(FULL);
  });

  it.each([
    ['elevated', 'what is held', 800],
    ['high', 'half of what is held', 400],
    ['critical', 'a sixteenth of the full size', 100],
  ] as const)('becomes, when the level becomes %s, %s', (level, _, bytes) => {
    const budget = createCacheBudget(FULL);
    budget.adapt(level, 800, 0);
    expect(budget.bytes).toBe(bytes);
  });

  it('is halved once, and not as long as the level lasts', () => {
    const budget = createCacheBudget(FULL);
    for (const second of [0, 1, 2, 100]) budget.adapt('high', Math.min(800, budget.bytes), second * 1000);
    expect(budget.bytes).toBe(400);
  });

  it('is never below a sixteenth of the full size', () => {
    const budget = createCacheBudget(FULL);
    budget.adapt('elevated', 0, 0);
    expect(budget.bytes).toBe(100);
  });

  it('does not grow before a minute of normal, and then by a tenth of the full size every 10 s', () => {
    const budget = createCacheBudget(FULL);
    budget.adapt('critical', FULL, 0);
    const at = [1, 60, 61, 62, 71, 81].map((second) => {
      budget.adapt('normal', 0, second * 1000);
      return budget.bytes;
    });
    expect(at).toEqual([100, 100, 260, 260, 420, 580]);
  });

  it('grows no further than its full size', () => {
    const budget = createCacheBudget(FULL);
    budget.adapt('critical', FULL, 0);
    for (let second = 1; second < 300; second += 1) budget.adapt('normal', 0, second * 1000);
    expect(budget.bytes).toBe(FULL);
  });

  it('does not grow while the level is elevated', () => {
    const budget = createCacheBudget(FULL);
    budget.adapt('high', 800, 0);
    for (const second of [1, 100, 200]) budget.adapt('elevated', 400, second * 1000);
    expect(budget.bytes).toBe(400);
  });

  it('stays between its floor and its full size, and grows only when all is normal', () => {
    const step = fc.record({
      level: fc.constantFrom('normal', 'elevated', 'high', 'critical'),
      held: fc.nat(FULL),
      waitMs: fc.nat(120_000),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const budget = createCacheBudget(FULL);
        let nowMs = 0;
        for (const { level, held, waitMs } of steps) {
          const before = budget.bytes;
          nowMs += waitMs;
          budget.adapt(level, held, nowMs);
          expect(budget.bytes).toBeGreaterThanOrEqual(100);
          expect(budget.bytes).toBeLessThanOrEqual(level === 'normal' ? FULL : before);
        }
      }),
    );
  });
});
