import { describe, expect, it } from '@jest/globals';

import { systemClock } from './system-clock.js';

describe('the system clock', () => {
  it('tells the time in whole milliseconds since 1970', () => {
    expect(Number.isInteger(systemClock.epochMs())).toBe(true);
    expect(Math.abs(systemClock.epochMs() - Date.now())).toBeLessThan(1_000);
  });

  it('never goes back', () => {
    const before = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  it('calls back once the time has come', async () => {
    await expect(new Promise<string>((resolve) => systemClock.after(1, () => resolve('called')))).resolves.toBe(
      'called',
    );
  });

  it('does not call back what was cancelled', async () => {
    let called = false;
    systemClock.after(0, () => (called = true))();
    await new Promise<void>((resolve) => systemClock.after(2, resolve));
    expect(called).toBe(false);
  });
});
