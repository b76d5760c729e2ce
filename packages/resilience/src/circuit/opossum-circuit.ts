import { EventEmitter } from 'node:events';

import type { Clock } from '@claudette/core';
import OpossumBreaker from 'opossum';

/** What opossum does for one circuit: it is closed or open, and it counts over a sliding time. */
export interface OpossumCircuit {
  /** Calls may pass. */
  readonly closed: boolean;
  /** It was shut down; it is not closed then and never will be. */
  readonly ended: boolean;
  open(): void;
  close(): void;
  count(outcome: 'success' | 'failure'): void;
  /** What was counted within the last `windowMs`. */
  counted(): { readonly calls: number; readonly failureRate: number };
  forget(): void;
  /** Ends its timer. */
  shutdown(): void;
}

const WINDOW_BUCKETS = 10;
/** opossum keeps the duration of each call in the window; nobody reads them here, and they would add up. */
const FORGET_DURATIONS_EVERY = 1024;
/** The longest a timer can wait: it is not opossum that decides when an open circuit is probed. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * An opossum breaker as rolling statistics and a switch. It is told how calls ended rather than sent to make them, so
 * that a call counts when its outcome is known, and it opens and closes when it is told to.
 */
export function createOpossumCircuit(name: string, clock: Clock, windowMs: () => number): OpossumCircuit {
  const buckets = new EventEmitter();
  const breaker = new OpossumBreaker(() => Promise.resolve(), {
    name,
    timeout: false,
    resetTimeout: NEVER_MS,
    rollingCountBuckets: WINDOW_BUCKETS,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rotateBucketController: buckets,
  });
  let rotatedAt = clock.now();
  let counted = 0;

  const rotate = (times: number): void => {
    for (let i = 0; i < times; i += 1) buckets.emit('rotate');
  };
  /** Whoever looks at the window moves it up to now, so that no timer has to. */
  const moveWindow = (): void => {
    const bucketMs = windowMs() / WINDOW_BUCKETS;
    const due = Math.floor((clock.now() - rotatedAt) / bucketMs);
    rotatedAt += due * bucketMs;
    rotate(Math.min(due, WINDOW_BUCKETS));
  };

  return {
    get closed() {
      return breaker.closed;
    },
    get ended() {
      return breaker.isShutdown;
    },
    open: () => breaker.open(),
    close: () => breaker.close(),
    count(outcome) {
      moveWindow();
      breaker.emit(outcome, undefined, 0);
      counted += 1;
      if (counted % FORGET_DURATIONS_EVERY === 0) {
        for (const bucket of breaker.status.window) bucket.latencyTimes.length = 0;
      }
    },
    counted() {
      moveWindow();
      const { failures, successes } = breaker.stats;
      const calls = failures + successes;
      return { calls, failureRate: calls === 0 ? 0 : failures / calls };
    },
    forget: () => rotate(WINDOW_BUCKETS),
    shutdown: () => breaker.shutdown(),
  };
}
