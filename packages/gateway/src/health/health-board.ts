import type { Clock, GatewayErrorCode, Observation, Observe, Target } from '@claudette/core';
import type { Availability } from '@claudette/routing';

/** What one look at a backend, a probe or an attempt, says about it. */
export type Finding =
  /** It took the request: it is reachable, and its credential is good. */
  | { readonly kind: 'accepted' }
  /** It answered over HTTP, whatever it said. */
  | { readonly kind: 'answered' }
  /** It cannot be used with its credential. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** As `refused`, unless requests are accepted: a key that serves may be forbidden to list the models. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  /** There was no answer. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** What is known of a backend. */
export interface BackendHealth {
  /** Undefined: nothing is known, which is neither good nor bad. */
  readonly healthy: boolean | undefined;
  /** What showed it, e.g. `it answers requests` or `its credential is refused (status 401)`. */
  readonly reason: string;
  /** When it was last seen to be so, on the clock's `now()`. Undefined as long as nothing is known. */
  readonly checkedAtMs: number | undefined;
  readonly by: 'traffic' | 'probe' | undefined;
}

export interface HealthBoardOptions {
  readonly clock: Clock;
  /** Told `backend-health` when a backend's health becomes known and when it changes. */
  readonly observe: Observe;
  /** How often idle backends are probed, in milliseconds; 0: never. Read anew each time. */
  readonly intervalMs: number;
}

/** What is known of each backend, from requests and from probes. It outlives a change of configuration. */
export interface HealthBoard {
  /** Learns from the attempts of requests. */
  readonly observe: Observe;
  /** Learns what a probe found. */
  report(backend: string, finding: Finding): void;
  state(backend: string): BackendHealth;
  /** Whether requests should go there. Costs a look-up; what is unknown, or was seen too long ago, is available. */
  isAvailable(target: Pick<Target, 'backend'>): Availability;
  /** Whether a request was accepted there within the last `ms` milliseconds. */
  hasServedWithin(backend: string, ms: number): boolean;
  /** Forgets a backend: it is gone, or its name stands for another one from now on. */
  forget(backend: string): void;
}

/** One lost connection is not an outage of a backend that has answered before. */
const FAILURES_IN_A_ROW = 2;

/** What requests found closes a backend for a moment only: its circuit knows better when to try again. */
const BELIEVE_TRAFFIC_MS = 5_000;
const BELIEVE_PROBE_MS = 30_000;
const BELIEVED_INTERVALS = 3;

const NEVER = -Infinity;

const available: Availability = Object.freeze({ available: true });
const unknown: BackendHealth = Object.freeze({
  healthy: undefined,
  reason: 'nothing was heard of it yet',
  checkedAtMs: undefined,
  by: undefined,
});

const accepted: Finding = Object.freeze({ kind: 'accepted' });
const answered: Finding = Object.freeze({ kind: 'answered' });
const unreachable: Finding = Object.freeze({ kind: 'unreachable', reason: 'requests cannot reach it' });

/**
 * Errors that only an HTTP answer gives. Time-outs and broken connections leave open whether there would be one; a refused
 * credential may be one of several.
 */
const answers: ReadonlySet<GatewayErrorCode> = new Set([
  'upstream_rate_limited',
  'upstream_overloaded',
  'upstream_failed',
  'upstream_rejected',
  'upstream_invalid_reply',
  'stream_broken',
] as const);

type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;

const readAttempt = ({ outcome, errorCode, firstContentMs }: AttemptEnd): Finding | undefined => {
  if (outcome === 'complete' || firstContentMs !== undefined) return accepted;
  if (errorCode === 'upstream_unreachable') return unreachable;
  return errorCode !== undefined && answers.has(errorCode) ? answered : undefined;
};

interface Known {
  healthy: boolean | undefined;
  reason: string;
  checkedAtMs: number;
  by: 'traffic' | 'probe';
  /** Ready-made: routing asks for every candidate of every request. */
  availability: Availability;
  isRefused: boolean;
  hasAnswered: boolean;
  /** Looks in a row that found nobody. */
  failures: number;
  servedAtMs: number;
}

/**
 * Keeps what is known of each backend. Unreachable is one that was looked for twice in a row in vain, or once when it has
 * never answered. A verdict that is not confirmed any more is not believed for ever, so that no backend is shut out by
 * what nobody looks at.
 */
export function createHealthBoard(options: HealthBoardOptions): HealthBoard {
  const { clock, observe } = options;
  const backends = new Map<string, Known>();
  const believedMs = (by: Known['by']): number =>
    by === 'traffic' ? BELIEVE_TRAFFIC_MS : Math.max(BELIEVE_PROBE_MS, BELIEVED_INTERVALS * options.intervalMs);

  const knownOf = (backend: string): Known => {
    const found = backends.get(backend);
    if (found !== undefined) return found;
    const known: Known = {
      healthy: undefined,
      reason: unknown.reason,
      checkedAtMs: NEVER,
      by: 'probe',
      availability: available,
      isRefused: false,
      hasAnswered: false,
      failures: 0,
      servedAtMs: NEVER,
    };
    backends.set(backend, known);
    return known;
  };

  const learn = (backend: string, known: Known, healthy: boolean, reason: string, by: Known['by']): void => {
    const changed = known.healthy !== healthy;
    known.healthy = healthy;
    known.checkedAtMs = clock.now();
    known.by = by;
    if (known.reason !== reason) {
      known.reason = reason;
      known.availability = healthy ? available : { available: false, reason };
    }
    if (changed) observe({ kind: 'backend-health', backend, healthy, reason });
  };

  const see = (backend: string, finding: Finding, by: Known['by']): void => {
    const known = knownOf(backend);
    if (finding.kind === 'unreachable') {
      known.failures += 1;
      if (known.hasAnswered && known.failures < FAILURES_IN_A_ROW) return;
      known.isRefused = false;
      learn(backend, known, false, finding.reason, by);
      return;
    }
    known.failures = 0;
    known.hasAnswered = true;
    const hasServed = known.servedAtMs !== NEVER;
    if (finding.kind === 'refused' || (finding.kind === 'forbidden' && !hasServed)) {
      known.isRefused = true;
      learn(backend, known, false, finding.reason, by);
      return;
    }
    // An answer such as "too many requests" says nothing about the credential.
    if (known.isRefused && finding.kind !== 'accepted') return;
    known.isRefused = false;
    learn(backend, known, true, by === 'traffic' ? 'it answers requests' : 'it answers probes', by);
    if (by === 'traffic' && finding.kind === 'accepted') known.servedAtMs = known.checkedAtMs;
  };

  return {
    observe(observation) {
      if (observation.kind !== 'attempt-end') return;
      const finding = readAttempt(observation);
      if (finding !== undefined) see(observation.target.backend, finding, 'traffic');
    },
    report: (backend, finding) => see(backend, finding, 'probe'),
    state(backend) {
      const known = backends.get(backend);
      if (known?.healthy === undefined) return unknown;
      const { healthy, reason, checkedAtMs, by } = known;
      return { healthy, reason, checkedAtMs, by };
    },
    isAvailable({ backend }) {
      const known = backends.get(backend);
      if (known?.healthy !== false) return available;
      return clock.now() - known.checkedAtMs > believedMs(known.by) ? available : known.availability;
    },
    hasServedWithin(backend, ms) {
      const known = backends.get(backend);
      return known !== undefined && clock.now() - known.servedAtMs <= ms;
    },
    forget: (backend) => void backends.delete(backend),
  };
}
