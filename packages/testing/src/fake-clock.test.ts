import { describe, expect, it } from '@jest/globals';

import { createFakeClock } from './fake-clock.js';

describe('the fake clock', () => {
  it('fires timers in order of time', () => {
    const clock = createFakeClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push(`late at ${clock.now()}`));
    clock.after(10, () => fired.push(`early at ${clock.now()}`));
    clock.advance(30);
    expect(fired).toEqual(['early at 10', 'late at 20']);
  });

  it('fires timers of the same moment in order of creation', () => {
    const clock = createFakeClock();
    const fired: number[] = [];
    clock.after(10, () => fired.push(1));
    clock.after(10, () => fired.push(2));
    clock.advance(10);
    expect(fired).toEqual([1, 2]);
  });

  it('fires a timer that another timer started, when it falls due on the way', () => {
    const clock = createFakeClock();
    let firedAt = -1;
    clock.after(10, () => void clock.after(5, () => (firedAt = clock.now())));
    clock.advance(20);
    expect(firedAt).toBe(15);
  });

  it('leaves timers that are not due', () => {
    const clock = createFakeClock();
    clock.after(11, () => undefined);
    clock.advance(10);
    expect(clock.pending).toBe(1);
  });

  it('forgets a cancelled timer', () => {
    const clock = createFakeClock();
    let fired = false;
    const cancel = clock.after(10, () => (fired = true));
    cancel();
    clock.advance(10);
    expect([fired, clock.pending]).toEqual([false, 0]);
  });

  it('moves both readings on', () => {
    const clock = createFakeClock({ epochMs: 1_000 });
    clock.advance(250);
    expect([clock.now(), clock.epochMs()]).toEqual([250, 1_250]);
  });

  it('lets promises run between timers when asked to', async () => {
    const clock = createFakeClock();
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
    let firedAt = -1;
    void wait(10)
      .then(() => wait(10))
      .then(() => (firedAt = clock.now()));
    await clock.advanceAsync(30);
    expect([firedAt, clock.now()]).toEqual([20, 30]);
  });
});
