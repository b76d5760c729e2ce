import type { AttemptRecord, Clock, DecisionRecord, Observation, Observe, Plan } from '@claudette/core';

export interface DecisionRecorderOptions {
  readonly clock: Clock;
  /** Takes each decision once its exchange has ended. Must not wait. */
  readonly onDecision: (decision: DecisionRecord) => void;
}

type AttemptStart = Extract<Observation, { kind: 'attempt-start' }>;
type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;

/** What is known of an exchange that goes on. */
interface Open {
  readonly startedAt: number;
  plan: Plan | undefined;
  planned: DecisionRecord['planned'];
  readonly begun: { readonly start: AttemptStart; readonly startedMs: number }[];
  readonly attempts: AttemptRecord[];
}

const toAttempt = ({ start, startedMs }: Open['begun'][number], end: AttemptEnd): AttemptRecord => ({
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
 * Puts together, from what is observed, what was known, chosen and done in each exchange. Holds the exchanges that go on,
 * nothing else.
 */
export function createDecisionRecorder({ clock, onDecision }: DecisionRecorderOptions): Observe {
  const exchanges = new Map<string, Open>();

  return (observation) => {
    switch (observation.kind) {
      case 'exchange-start':
        exchanges.set(observation.id, {
          startedAt: clock.now(),
          plan: undefined,
          planned: undefined,
          begun: [],
          attempts: [],
        });
        break;
      case 'plan': {
        const open = exchanges.get(observation.id);
        if (open === undefined) break;
        const { plan, tookMs } = observation;
        open.plan = plan;
        open.planned = { startedMs: clock.now() - open.startedAt - tookMs, tookMs };
        break;
      }
      case 'attempt-start': {
        const open = exchanges.get(observation.id);
        open?.begun.push({ start: observation, startedMs: clock.now() - open.startedAt });
        break;
      }
      case 'attempt-end': {
        const open = exchanges.get(observation.id);
        const begun = open?.begun.find(({ start }) => start.number === observation.number);
        if (begun !== undefined) open?.attempts.push(toAttempt(begun, observation));
        break;
      }
      case 'exchange-end': {
        const { record } = observation;
        const open = exchanges.get(record.id);
        exchanges.delete(record.id);
        const attempts = open?.attempts ?? [];
        // The one that lost a race ends before the one that won it.
        if (attempts.length > 1) attempts.sort((a, b) => a.startedMs - b.startedMs);
        onDecision({ exchange: record, plan: open?.plan, planned: open?.planned, attempts });
        break;
      }
      default:
    }
  };
}
