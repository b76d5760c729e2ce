import type { FinishReason } from './chat-event.js';
import type { Loss } from './chat-request.js';
import type { DialectId } from './dialect.js';
import type { GatewayErrorCode } from './errors.js';
import type { CacheStatus, OutcomeKind } from './reply.js';
import type { Target } from './target.js';
import type { Usage } from './usage.js';

/** Money as an integer count of 10^-9 currency units. */
export interface Money {
  readonly nano: bigint;
  /** ISO 4217. */
  readonly currency: string;
}

/** Everything about one finished exchange: the ledger's row, and what metrics and logs are fed from. */
export interface ExchangeRecord {
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** From the call's arrival to the first content in hand. Absent when none came. */
  readonly firstContentMs?: number | undefined;
  /** `native` for calls that came without a dialect. */
  readonly dialect: DialectId | 'native';
  readonly stream: boolean;
  readonly principalId: string;
  /** The model as the client named it, cut to 200 characters. */
  readonly requestedModel: string;
  /** Who answered. Absent when nobody did. */
  readonly target?: Target | undefined;
  readonly outcome: OutcomeKind;
  readonly errorCode?: GatewayErrorCode | undefined;
  readonly finishReason?: FinishReason | undefined;
  readonly cache: CacheStatus;
  readonly attempts: number;
  /** Absent when nothing was sent upstream. For a hit: what the stored answer used when it was made. */
  readonly usage?: Usage | undefined;
  /** Absent when the price is unknown, which is not the same as 0. */
  readonly cost?: Money | undefined;
  /** What a hit or a shared call saved. */
  readonly saved?: Money | undefined;
  /** The price table's version and date. */
  readonly priceVersion?: string | undefined;
  readonly losses: readonly Loss[];
  readonly tags: readonly string[];
}

/** What can be observed. Closed: a new kind is a decision, made here. */
export type Observation =
  | { readonly kind: 'exchange-start'; readonly id: string; readonly dialect: DialectId | 'native' }
  | { readonly kind: 'attempt-start'; readonly id: string; readonly target: Target; readonly number: number }
  | {
      readonly kind: 'attempt-end';
      readonly id: string;
      readonly target: Target;
      readonly number: number;
      readonly outcome: OutcomeKind;
      readonly errorCode?: GatewayErrorCode | undefined;
      readonly durationMs: number;
      /** Absent when no content came. */
      readonly firstContentMs?: number | undefined;
    }
  | { readonly kind: 'failover'; readonly id: string; readonly from: Target; readonly to: Target }
  | { readonly kind: 'retry'; readonly id: string; readonly target: Target; readonly delayMs: number }
  | { readonly kind: 'exchange-end'; readonly record: ExchangeRecord }
  | {
      readonly kind: 'circuit';
      readonly target: Target;
      readonly state: 'closed' | 'open' | 'half-open';
      readonly reason: string;
    }
  | { readonly kind: 'cache-evicted'; readonly reason: 'entries' | 'bytes' | 'expired'; readonly count: number }
  | { readonly kind: 'cache-write-dropped'; readonly reason: 'queue-full' | 'store-failed' }
  | { readonly kind: 'auth-failed'; readonly reason: 'missing' | 'unknown' | 'revoked' };

/** Takes what happens. Must not throw and must not wait: it stands in the path of every request. */
export type Observe = (observation: Observation) => void;
