import type { AttemptRecord, Clock, DecisionRecord, ExchangeRecord, Observation, Plan } from '@claudette/core';

type AttemptStart = Extract<Observation, { kind: 'attempt-start' }>;
type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;

interface Begun {
  readonly start: AttemptStart;
  readonly startedMs: number;
}

/** What was known, chosen and done in one exchange so far. */
export interface ExchangeHistory {
  /** What was planned; undefined before routing. */
  plan(): Plan | undefined;
  /** Takes what is observed of the exchange. */
  see(observation: Observation): void;
  /** What explains the exchange, now that it has ended. */
  toDecision(exchange: ExchangeRecord): DecisionRecord;
}

const none: readonly AttemptRecord[] = [];

const toAttempt = ({ start, startedMs }: Begun, end: AttemptEnd): AttemptRecord => ({
  target: start.target,
  reason: start.reason,
  startedMs,
  waitedMs: start.waitedMs,
  durationMs: end.durationMs,
  firstContentMs: end.firstContentMs,
  outcome: end.outcome,
  errorCode: end.errorCode,
  orphaned: end.orphaned,
});

/**
 * Puts together, from what is observed, what was known, chosen and done in an exchange.
 *
 * @param startedAt when it began, on the clock's `now()`
 */
export function createExchangeHistory(clock: Pick<Clock, 'now'>, startedAt: number): ExchangeHistory {
  let plan: Plan | undefined;
  let planned: DecisionRecord['planned'];
  let begun: Begun[] | undefined;
  let attempts: AttemptRecord[] | undefined;

  return {
    plan: () => plan,
    see(observation) {
      switch (observation.kind) {
        case 'plan':
          ({ plan } = observation);
          planned = { startedMs: clock.now() - startedAt - observation.tookMs, tookMs: observation.tookMs };
          break;
        case 'attempt-start':
          (begun ??= []).push({ start: observation, startedMs: clock.now() - startedAt });
          break;
        case 'attempt-end': {
          const own = begun?.find(({ start }) => start.number === observation.number);
          if (own !== undefined) (attempts ??= []).push(toAttempt(own, observation));
          break;
        }
        default:
      }
    },
    toDecision(exchange) {
      // The one that lost a race ends before the one that won it.
      if (attempts !== undefined && attempts.length > 1) attempts.sort((a, b) => a.startedMs - b.startedMs);
      return { exchange, plan, planned, attempts: attempts ?? none };
    },
  };
}
