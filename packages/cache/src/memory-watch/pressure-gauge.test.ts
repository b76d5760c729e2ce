import { describe, expect, it } from '@jest/globals';

import { createPressureGauge } from './pressure-gauge.js';
import type { PressureGauge } from './pressure-gauge.js';

const bound = (usedBytes: number, kind: 'heap' | 'group' | 'machine' = 'group') => ({
  kind,
  limitBytes: 1000,
  usedBytes,
});

const levelAt = (gauge: PressureGauge, usedBytes: number, nowMs: number) => gauge.see([bound(usedBytes)], nowMs).level;

/** Usage second by second; returns the last verdict. */
const run = (usages: readonly number[], gauge = createPressureGauge()) =>
  usages.map((usage, second) => gauge.see([bound(usage)], second * 1000)).at(-1);

describe('the memory level', () => {
  it.each([
    [0, 'normal'],
    [699, 'normal'],
    [700, 'elevated'],
    [850, 'high'],
    [950, 'critical'],
    [1200, 'critical'],
  ])('is, with %d of 1000 used, %s', (used, level) => {
    expect(levelAt(createPressureGauge(), used, 0)).toBe(level);
  });

  it('begins where it is told to', () => {
    const gauge = createPressureGauge({ elevated: 0.1, high: 0.2, critical: 0.3 });
    expect(levelAt(gauge, 250, 0)).toBe('high');
  });

  it('rises at once', () => {
    const gauge = createPressureGauge();
    expect([levelAt(gauge, 100, 0), levelAt(gauge, 960, 1)]).toEqual(['normal', 'critical']);
  });

  it('stays while usage is less than 0.05 below its threshold, however long', () => {
    const gauge = createPressureGauge();
    expect([levelAt(gauge, 860, 0), levelAt(gauge, 801, 100_000)]).toEqual(['high', 'high']);
    expect([levelAt(gauge, 799, 200_000)]).toEqual(['elevated']);
  });

  it('does not fall before the lower one has lasted for 5 s', () => {
    const gauge = createPressureGauge();
    levelAt(gauge, 960, 0);
    expect([levelAt(gauge, 100, 1), levelAt(gauge, 100, 4_999), levelAt(gauge, 100, 5_000)]).toEqual([
      'critical',
      'critical',
      'normal',
    ]);
  });

  it('does not come and go with memory that does', () => {
    const gauge = createPressureGauge();
    const seen = Array.from({ length: 60 }, (_, second) => levelAt(gauge, second % 2 === 0 ? 710 : 690, second * 1000));
    expect(new Set(seen)).toEqual(new Set(['elevated']));
  });

  it('follows the nearest of several limits and names it', () => {
    const gauge = createPressureGauge();
    expect(gauge.see([bound(100, 'heap'), bound(900, 'machine'), bound(860)], 0)).toMatchObject({
      level: 'high',
      bound: { kind: 'machine', usedBytes: 900 },
    });
  });

  it('goes on when a limit appears or is gone', () => {
    const gauge = createPressureGauge();
    gauge.see([bound(100, 'heap')], 0);
    expect(gauge.see([bound(100, 'heap'), bound(960)], 1000).level).toBe('critical');
    expect(gauge.see([bound(100, 'heap')], 10_000).level).toBe('normal');
  });
});

describe('the trend', () => {
  it('raises the level by one when the limit is near in time', () => {
    const rising = Array.from({ length: 12 }, (_, second) => 200 + second * 30);
    expect(run(rising)).toMatchObject({ level: 'elevated', reachedInMs: expect.closeTo(15_667, -1) });
  });

  it('does nothing when the limit is far in time', () => {
    expect(run(Array.from({ length: 12 }, (_, second) => 200 + second * 10))).toMatchObject({
      level: 'normal',
      reachedInMs: undefined,
    });
  });

  it('is not believed before there are 5 readings and 8 s', () => {
    expect(run([0, 100, 200, 300, 400, 500, 600, 690])).toMatchObject({ level: 'normal' });
    const gauge = createPressureGauge();
    expect([0, 200, 400, 600].map((usage, index) => levelAt(gauge, usage, index * 4000)).at(-1)).toBe('normal');
  });

  it('is none where usage jumps about', () => {
    expect(run([600, 100, 650, 90, 600, 110, 660, 120, 690, 100, 690])).toMatchObject({ level: 'normal' });
  });

  it('is forgotten after 20 s', () => {
    const rising = Array.from({ length: 12 }, (_, second) => 200 + second * 30);
    const flat = Array.from({ length: 30 }, () => 530);
    expect(run([...rising, ...flat])).toMatchObject({ level: 'normal' });
  });

  it('raises nothing above critical', () => {
    expect(run(Array.from({ length: 12 }, (_, second) => 860 + second * 10))).toMatchObject({
      level: 'critical',
      reachedInMs: undefined,
    });
  });
});
