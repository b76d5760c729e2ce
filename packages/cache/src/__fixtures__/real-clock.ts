import type { Clock } from '@claudette/core';

/** The machine's time: tests against real servers have no other. */
export const realClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
