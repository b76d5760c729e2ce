import { targetName } from '@claudette/core';
import type { Target } from '@claudette/core';

import { available } from '../limits/availability.js';
import type { Availability } from '../limits/availability.js';
import type { BreakerLimits, BreakerOptions } from './breaker-options.js';
import type { CircuitSnapshot } from './circuit-snapshot.js';
import type { FailureClass } from '../failure-class.js';
import { createOpossumCircuit } from './opossum-circuit.js';
import { createProbePhase } from './probe-phase.js';
import type { PhaseVerdict, ProbePhase } from './probe-phase.js';
import { createRamp } from './ramp.js';
import type { Ramp } from './ramp.js';
import { createRecovery } from './recovery.js';
import type { CallSign } from './trip-policies/trip-policy.js';
import { createTripPolicies } from './trip-policies/trip-policies.js';

/** What the target is blamed for. */
export interface Blame {
  readonly failureClass: FailureClass;
  /** A clause such as `upstream_timeout`. */
  readonly why: string;
  /** How long the backend asked to be left in peace. */
  readonly retryAfterMs?: number | undefined;
}

/** The states of one target's circuit. It sees signs of calls, not the calls. */
export interface Circuit {
  /** Its target's name. */
  readonly name: string;
  readonly closed: boolean;
  /** Changes when earlier calls have no say any more: a sign counts only in the period in which its call entered. */
  readonly period: number;
  /** Half-open: those who enter are probes. */
  readonly probing: boolean;
  /**
   * Lets a call in.
   *
   * @param waiting how many calls wait for their answer now
   * @returns why it is refused; undefined when it has entered
   */
  enter(waiting: number): string | undefined;
  /** A call that entered while the circuit was closed has its answer. */
  answered(): void;
  /** A sign of such a call. */
  see(sign: CallSign, blame?: Blame): void;
  /** A probe of the present phase was answered. */
  probePassed(): void;
  /** @param hadPassed its answer had begun, and broke off */
  probeFailed(blame: Blame, hadPassed: boolean): void;
  /** It ended and says nothing about the target: another one may take its place. */
  probeLeft(): void;
  isAvailable(): Availability;
  snapshot(): CircuitSnapshot;
  /** Opens it until it is closed or reset. */
  open(reason: string): void;
  /** Closes it at once, with an empty window. */
  close(): void;
  /** As new. */
  reset(): void;
  /** Refuses every call from here on. */
  shutdown(): void;
}

/** The ramp lasts for this share of `openMs`, but no longer than the circuit was shut. */
const RAMP_SHARE = 1 / 6;
/** A backend that asks to be left in peace for longer is probed after this all the same. */
const LONGEST_RETRY_AFTER_MS = 600_000;

const probesUnderWay: Availability = Object.freeze({
  available: false,
  reason: 'circuit half-open: its probes are under way',
});

/**
 * | state     | event                                                | next      |
 * |-----------|------------------------------------------------------|-----------|
 * | closed    | a trip policy says so                                | open      |
 * | open      | a call comes, and the wait is over                   | half-open |
 * | half-open | as many probes passed as the success rate asks       | closed    |
 * | half-open | the first probe failed, or more than the rate allows | open      |
 * | half-open | a probe says nothing about the target                | half-open |
 * | half-open | a call comes after `openMs` without any sign         | half-open |
 * | any       | opened by hand                                       | open      |
 * | any       | closed or reset by hand                              | closed    |
 *
 * Whatever begins half-open begins a fresh phase. After its probes a circuit lets a growing share of calls through. One
 * that was opened by hand is not probed. No timer is needed: nothing happens between two calls.
 */
export function createCircuit(target: Target, options: BreakerOptions, limitsOf: () => BreakerLimits): Circuit {
  const { clock, observe, random } = options;
  const name = targetName(target);
  const opossum = createOpossumCircuit(name, clock, () => limitsOf().windowMs);
  const recovery = createRecovery({ openMs: () => limitsOf().openMs, random });
  const policies = createTripPolicies(limitsOf, () => recovery.openings(clock.now()) > 0);

  let period = 0;
  let phase: ProbePhase | undefined;
  let phaseBeganAt = 0;
  let phaseTouchedAt = 0;
  let ramp: Ramp | undefined;
  let forced = false;
  let openedAt = 0;
  let openedAtMs = 0;
  let probeAt = 0;
  let earliestProbeAt = 0;
  let failureClass: FailureClass = 'server';
  let reason: string | undefined;
  let unavailable: Availability = { available: false, reason: 'circuit shut down' };

  const state = (): CircuitSnapshot['state'] => {
    if (opossum.closed) return 'closed';
    return phase === undefined ? 'open' : 'half-open';
  };
  const change = (why: string): void => {
    reason = why;
    observe({ kind: 'circuit', target, state: state(), reason: why });
  };

  const toOpen = (why: string): void => {
    period += 1;
    phase = undefined;
    ramp = undefined;
    openedAt = clock.now();
    openedAtMs = clock.epochMs();
    unavailable = { available: false, reason: `circuit open: ${why}` };
    opossum.open();
    change(why);
  };
  const toHalfOpen = (): void => {
    period += 1;
    phase = createProbePhase(limitsOf());
    phaseBeganAt = clock.now();
    change(`${Math.round(phaseBeganAt - openedAt)} ms have passed`);
  };
  const toClosed = (why: string): void => {
    const wasShut = !opossum.closed;
    phase = undefined;
    ramp = undefined;
    forced = false;
    earliestProbeAt = 0;
    policies.reset();
    opossum.forget();
    opossum.close();
    recovery.closed(clock.now());
    if (wasShut) change(why);
  };

  const blameOn = ({ retryAfterMs = 0 }: Blame): void => {
    earliestProbeAt = Math.max(earliestProbeAt, clock.now() + Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
  };
  const trip = (why: string, blame: Blame): void => {
    ({ failureClass } = blame);
    // A phase of probes that hung was a wait of its own.
    const sinceMs = phase === undefined ? clock.now() : phaseBeganAt;
    probeAt = Math.max(sinceMs + recovery.opened(failureClass, clock.now()), earliestProbeAt);
    toOpen(why);
  };
  const decide = (verdict: PhaseVerdict, blame?: Blame): void => {
    const nowMs = clock.now();
    phaseTouchedAt = nowMs;
    if (verdict === 'open' && blame !== undefined) trip(`the probe failed: ${blame.why}`, blame);
    if (verdict !== 'close') return;
    toClosed('its probes were answered');
    const { openMs, halfOpenCalls } = limitsOf();
    ramp = createRamp({
      startMs: nowMs,
      lengthMs: Math.min(openMs * RAMP_SHARE, nowMs - openedAt),
      answers: halfOpenCalls,
    });
  };

  const isHeldByRamp = (waiting: number): boolean => {
    if (ramp === undefined) return false;
    const nowMs = clock.now();
    if (ramp.share(nowMs) === 1) ramp = undefined;
    return ramp?.admit(nowMs, waiting) === false;
  };
  const mayProbe = (): boolean => {
    if (forced || opossum.ended) return false;
    if (phase === undefined) return clock.now() >= probeAt;
    return phase.hasRoom || clock.now() - phaseTouchedAt >= limitsOf().openMs;
  };

  return {
    name,
    get closed() {
      return opossum.closed;
    },
    get period() {
      return period;
    },
    get probing() {
      return phase !== undefined;
    },
    enter(waiting) {
      if (isHeldByRamp(waiting)) return `${name} (it has recovered, its load comes back by and by)`;
      if (opossum.closed) return undefined;
      if (!mayProbe()) return name;
      if (phase?.hasRoom !== true) toHalfOpen();
      phase?.enter();
      phaseTouchedAt = clock.now();
      return undefined;
    },
    answered: () => ramp?.answered(),
    see(sign, blame) {
      policies.see(sign);
      if (sign.failed !== undefined) opossum.count(sign.failed ? 'failure' : 'success');
      if (sign.failed === false) earliestProbeAt = 0;
      if (blame === undefined) return;
      blameOn(blame);
      const why = policies.shouldTrip();
      if (why !== undefined) trip(why, blame);
    },
    probePassed: () => decide(phase?.pass()),
    probeFailed(blame, hadPassed) {
      blameOn(blame);
      decide(phase?.fail(hadPassed), blame);
    },
    probeLeft() {
      phase?.leave();
      decide(undefined);
    },
    isAvailable() {
      if (opossum.closed || mayProbe()) return available;
      return phase === undefined ? unavailable : probesUnderWay;
    },
    snapshot() {
      const nowMs = clock.now();
      const shut = !opossum.closed;
      const share = ramp?.share(nowMs) ?? 1;
      return {
        target,
        state: state(),
        forced,
        ...opossum.counted(),
        slowRate: policies.slowRate,
        openings: recovery.openings(nowMs),
        ...(share < 1 && { ramp: share }),
        ...(shut && { openedAtMs }),
        ...(shut && !forced && { failureClass }),
        ...(state() === 'open' && !forced && { nextProbeAtMs: openedAtMs + Math.round(probeAt - openedAt) }),
        ...(reason !== undefined && { reason }),
      };
    },
    open(why) {
      forced = true;
      toOpen(why);
    },
    close() {
      period += 1;
      toClosed('closed by hand');
    },
    reset() {
      period += 1;
      toClosed('reset by hand');
      recovery.forget();
      reason = undefined;
    },
    shutdown: opossum.shutdown,
  };
}
