import type {
  Clock,
  DecisionRecord,
  DialectId,
  ExchangeRecord,
  GatewayError,
  Observe,
  Operation,
  Principal,
} from '@claudette/core';

export interface Refusal {
  readonly id: string;
  /** `native` for calls that came without a dialect. */
  readonly dialect: DialectId | 'native';
  readonly operation: Operation;
  readonly requestBytes: number;
  readonly principal: Principal;
  readonly error: GatewayError;
  readonly clock: Clock;
  readonly observe: Observe;
  /** Takes what explains the exchange. */
  readonly decide: (decision: DecisionRecord) => void;
}

/** A request that never became a call is observed like any other exchange: it began, and it failed. */
export function recordRefusal(refusal: Refusal): void {
  const { id, dialect, operation, requestBytes, principal, error, clock, observe, decide } = refusal;
  observe({ kind: 'exchange-start', id, dialect });
  const record: ExchangeRecord = {
    id,
    startedAtMs: clock.epochMs(),
    durationMs: 0,
    dialect,
    operation,
    stream: false,
    requestBytes,
    principalId: principal.id,
    requestedModel: '',
    outcome: 'failed',
    errorCode: error.code,
    cache: 'bypass',
    attempts: 0,
    losses: [],
    tags: [],
  };
  observe({ kind: 'exchange-end', record });
  decide({ exchange: record, attempts: [] });
}
