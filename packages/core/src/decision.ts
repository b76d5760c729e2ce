import type { GatewayErrorCode } from './errors.js';
import type { AttemptReason, ExchangeRecord } from './observe.js';
import type { OutcomeKind } from './reply.js';
import type { Plan, Target } from './target.js';

/** One attempt of an exchange, as it went. */
export interface AttemptRecord {
  readonly target: Pick<Target, 'backend' | 'model'>;
  readonly reason: AttemptReason;
  /** When it began, in milliseconds after the exchange. */
  readonly startedMs: number;
  /** How long was waited before it. */
  readonly waitedMs: number;
  readonly durationMs: number;
  /** From its own start. Absent when no content came. */
  readonly firstContentMs?: number | undefined;
  readonly outcome: OutcomeKind;
  readonly errorCode?: GatewayErrorCode | undefined;
  /** It is likely to be billed though nobody got its answer. */
  readonly orphaned: boolean;
}

/** Everything that explains an exchange afterwards: what was known, what was chosen and why, and what came of it. */
export interface DecisionRecord {
  readonly exchange: ExchangeRecord;
  /** Absent when the exchange ended before routing. */
  readonly plan?: Plan | undefined;
  /** When routing began, in milliseconds after the exchange, and how long it took. */
  readonly planned?: { readonly startedMs: number; readonly tookMs: number } | undefined;
  /** In the order they began. Empty for a hit, a shared call and a refusal. */
  readonly attempts: readonly AttemptRecord[];
}
