import { EventEmitter } from 'node:events';

import { GatewayError, targetName, toGatewayError, UpstreamError } from '@claudette/core';
import type { Clock, Observe, Reply, Target } from '@claudette/core';
import OpossumBreaker from 'opossum';

import { countsAgainstTarget } from './failure-class.js';

/** When a circuit opens, and for how long. */
export interface BreakerOptions {
  readonly clock: Clock;
  /** Told each change of a circuit's state. */
  readonly observe: Observe;
  /** The share of failures, above 0 and up to 1, at which a circuit opens. */
  readonly failureRate: number;
  /** Below this many judged calls within the window no rate is high enough. */
  readonly volume: number;
  /** How far back calls are looked at, in milliseconds. */
  readonly windowMs: number;
  /** How long an open circuit refuses calls before it lets a probe through, in milliseconds. */
  readonly openMs: number;
}

/** A circuit as operators see it. */
export interface CircuitSnapshot {
  readonly target: Target;
  readonly state: 'closed' | 'open' | 'half-open';
  /** Share of failures among the judged calls of the window, 0 to 1. */
  readonly failureRate: number;
  /** Judged calls of the window. */
  readonly calls: number;
  /** When it opened, in milliseconds since the Unix epoch. Absent while closed. */
  readonly openedAtMs?: number;
  /** When the next probe may go, in milliseconds since the Unix epoch. Absent unless open. */
  readonly nextProbeAtMs?: number;
  /** Why it is in this state. Absent until the state has changed for the first time. */
  readonly reason?: string;
}

/** The circuit of one target. */
export interface CircuitBreaker {
  /** Makes the attempt, or rejects with `circuit_open` without making it. The reply is handed on as soon as it is there. */
  run(attempt: () => Promise<Reply>): Promise<Reply>;
  snapshot(): CircuitSnapshot;
  /** Opens it as if it had tripped: a probe is let through after `openMs`. */
  forceOpen(): void;
  /** Closes it and forgets the window. */
  forceClose(): void;
  /** Ends its timer. Calls that come afterwards are refused. */
  shutdown(): void;
}

/** What an attempt says about its target; null when it says nothing. */
type Verdict = { readonly failure?: GatewayError } | null;

const WINDOW_BUCKETS = 10;
/** opossum keeps the duration of each call in the window; nobody reads them here, and they would add up. */
const FORGET_DURATIONS_EVERY = 1024;

const answered: Verdict = {};

/** A delivered answer speaks for its target even when the reader left or the budget ended before its end. */
const judge = (attempt: Promise<Reply>): Promise<Verdict> =>
  attempt.then(
    async (reply) => {
      const { cause } = await reply.outcome;
      return cause !== undefined && countsAgainstTarget(cause.code) ? { failure: cause } : answered;
    },
    (thrown: unknown) => {
      const failure = toGatewayError(thrown);
      if (countsAgainstTarget(failure.code)) return { failure };
      return failure instanceof UpstreamError && failure.fault.status !== undefined ? answered : null;
    },
  );

/**
 * One target's circuit on an opossum breaker, which keeps the window and the states.
 *
 * | state     | event                                      | next      |
 * |-----------|--------------------------------------------|-----------|
 * | closed    | enough calls, enough of them failures      | open      |
 * | open      | `openMs` has gone                          | half-open |
 * | half-open | the probe was answered                     | closed    |
 * | half-open | the probe failed                           | open      |
 * | half-open | the probe ended and says nothing about it  | half-open |
 *
 * opossum hears of a call when its outcome is known: calls under way do not thin out the failure rate, and one that began
 * before the circuit opened has no say afterwards. Only probes go through opossum from their start, because it lets one
 * through at a time.
 */
export function createCircuitBreaker(target: Target, options: BreakerOptions): CircuitBreaker {
  const { clock, observe, failureRate, volume, windowMs, openMs } = options;
  const name = targetName(target);
  const bucketMs = windowMs / WINDOW_BUCKETS;
  const buckets = new EventEmitter();
  let rotatedAt = clock.now();
  let recorded = 0;
  let closings = 0;
  let state: CircuitSnapshot['state'] = 'closed';
  let reason: string | undefined;
  let openedAtMs = 0;
  let forced = false;
  let lastFailure = '';

  const rotate = (times: number): void => {
    for (let i = 0; i < times; i += 1) buckets.emit('rotate');
  };
  /** Whoever looks at the window moves it up to now, so that no timer has to. */
  const moveWindow = (): void => {
    const due = Math.floor((clock.now() - rotatedAt) / bucketMs);
    rotatedAt += due * bucketMs;
    rotate(Math.min(due, WINDOW_BUCKETS));
  };

  const change = (to: CircuitSnapshot['state'], why: string): void => {
    state = to;
    reason = forced ? 'forced' : why;
    observe({ kind: 'circuit', target, state, reason });
  };
  const build = (initial: { readonly closed: boolean; readonly halfOpen: boolean }) => {
    const settings = {
      name,
      timeout: false as const,
      // opossum opens above this percentage; a circuit opens at it.
      errorThresholdPercentage: failureRate * 100 - 1e-9,
      volumeThreshold: volume,
      rollingCountTimeout: windowMs,
      rollingCountBuckets: WINDOW_BUCKETS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: buckets,
      resetTimeout: openMs,
      state: initial,
    };
    return new OpossumBreaker((action: () => Promise<void>) => action(), settings)
      .on('failure', (error) => (lastFailure = toGatewayError(error).code))
      .on('open', () => {
        openedAtMs = clock.epochMs();
        const { failures, fires } = breaker.stats;
        const probed = state === 'half-open';
        change('open', probed ? `the probe failed: ${lastFailure}` : `${failures} of ${fires} calls failed`);
      })
      .on('halfOpen', () => change('half-open', `${openMs} ms have passed`))
      .on('close', () => {
        closings += 1;
        rotate(WINDOW_BUCKETS);
        change('closed', 'the probe was answered');
      });
  };
  let breaker = build({ closed: true, halfOpen: false });

  /** opossum's own promise is of no use here: the caller has the reply, and the verdict goes through opossum's events. */
  const fire = (action: () => Promise<void>): void => void breaker.fire(action).catch(() => undefined);

  const record = ({ failure }: NonNullable<Verdict>): void => {
    moveWindow();
    fire(() => (failure === undefined ? Promise.resolve() : Promise.reject(failure)));
    recorded += 1;
    if (recorded % FORGET_DURATIONS_EVERY === 0) {
      for (const bucket of breaker.status.window) bucket.latencyTimes.length = 0;
    }
  };

  const settleProbe = (verdict: Verdict): void => {
    if (verdict?.failure !== undefined) throw verdict.failure;
    if (verdict !== null || state !== 'half-open') return;
    // opossum would take any end of its probe for an answer; a new breaker in the same state waits for another one.
    breaker.shutdown();
    breaker = build({ closed: false, halfOpen: true });
  };

  const force = (change: () => void): void => {
    forced = true;
    change();
    forced = false;
  };

  return {
    run(attempt) {
      if (breaker.closed) {
        const period = closings;
        const answer = attempt();
        void judge(answer).then((verdict) => {
          if (verdict !== null && breaker.closed && closings === period) record(verdict);
        });
        return answer;
      }
      const probe: { answer?: Promise<Reply> } = {};
      fire(() => {
        probe.answer = attempt();
        return judge(probe.answer).then(settleProbe);
      });
      return probe.answer ?? Promise.reject(new GatewayError('circuit_open', name));
    },
    snapshot() {
      moveWindow();
      const { failures, successes } = breaker.stats;
      const calls = failures + successes;
      return {
        target,
        state,
        failureRate: calls === 0 ? 0 : failures / calls,
        calls,
        ...(state !== 'closed' && { openedAtMs }),
        ...(state === 'open' && { nextProbeAtMs: openedAtMs + openMs }),
        ...(reason !== undefined && { reason }),
      };
    },
    forceOpen: () => force(() => breaker.open()),
    forceClose: () => force(() => breaker.close()),
    shutdown: () => breaker.shutdown(),
  };
}
