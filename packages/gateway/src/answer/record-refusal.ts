import type { Clock, DialectId, GatewayError, Observe, Operation, Principal } from '@claudette/core';

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
}

/** A request that never became a call is observed like any other exchange: it began, and it failed. */
export function recordRefusal(refusal: Refusal): void {
  const { id, dialect, operation, requestBytes, principal, error, clock, observe } = refusal;
  observe({ kind: 'exchange-start', id, dialect });
  observe({
    kind: 'exchange-end',
    record: {
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
    },
  });
}
