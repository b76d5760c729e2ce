import type { FinishReason } from './chat-event.js';
import type { Loss } from './chat-request.js';
import type { DialectId } from './dialect.js';
import type { GatewayErrorCode } from './errors.js';
import type { Operation } from './operation.js';
import type { CacheStatus, OutcomeKind } from './reply.js';
import type { Plan, Target } from './target.js';
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
  readonly operation: Operation;
  readonly stream: boolean;
  /** Size of the client's request. */
  readonly requestBytes: number;
  readonly principalId: string;
  /** The model as the client named it, cut to 200 characters. */
  readonly requestedModel: string;
  /** Who answered. Absent when nobody did. */
  readonly target?: Target | undefined;
  readonly outcome: OutcomeKind;
  readonly errorCode?: GatewayErrorCode | undefined;
  readonly finishReason?: FinishReason | undefined;
  readonly cache: CacheStatus;
  /** Of the stored answer, where one was given. */
  readonly cacheKey?: string | undefined;
  readonly attempts: number;
  /** Absent when nothing was sent upstream. For a hit: what the stored answer used when it was made. */
  readonly usage?: Usage | undefined;
  /** Absent when the price is unknown, which is not the same as 0. */
  readonly cost?: Money | undefined;
  /** What a hit or a shared call saved. */
  readonly saved?: Money | undefined;
  /** What attempts are likely to have cost whose answers nobody got: hedges that lost, requests that broke off. */
  readonly wasted?: Money | undefined;
  /** The price table's version and date. */
  readonly priceVersion?: string | undefined;
  readonly losses: readonly Loss[];
  readonly tags: readonly string[];
}

/** Why an attempt is made: the first of its exchange, the same target again, another one after a failure, or beside one. */
export type AttemptReason = 'first' | 'retry' | 'failover' | 'hedge';

/**
 * Why an answer was served and not stored: it is larger than an entry may be; it did not come whole; the provider or the
 * client asked for that; its status is not 200.
 */
export type NotStoredReason = 'too-large' | 'incomplete' | 'no-store' | 'status';

/**
 * How the fetching of a file ended that a client gave by URL: it came; or which rule it broke (`url`: what the URL itself
 * says, `address`: not a public one); or it could not be reached; or nobody waited for it any more.
 */
export type MediaFetchResult =
  'fetched' | 'url' | 'address' | 'redirect' | 'status' | 'type' | 'size' | 'time' | 'unreachable' | 'abandoned';

/** How near the process is to the end of the memory that it may take. */
export type MemoryLevel = 'normal' | 'elevated' | 'high' | 'critical';

/** Something that is counted, and might be what memory is lost to. */
export interface LeakSuspect {
  readonly name: string;
  /** How many there are now. */
  readonly count: number;
  readonly perMinute: number;
}

/** What was wrong with a key: none came, it is of no use (any more), or it stood in the URL. */
export type AuthFailureReason = 'missing' | 'unknown' | 'revoked' | 'expired' | 'rotated' | 'in-url';

/** What can be observed. Closed: a new kind is a decision, made here. */
export type Observation =
  | { readonly kind: 'exchange-start'; readonly id: string; readonly dialect: DialectId | 'native' }
  /** Routing has decided. */
  | { readonly kind: 'plan'; readonly id: string; readonly plan: Plan; readonly tookMs: number }
  | {
      readonly kind: 'attempt-start';
      readonly id: string;
      readonly target: Target;
      readonly number: number;
      readonly reason: AttemptReason;
      /** How long was waited before it. */
      readonly waitedMs: number;
    }
  | {
      readonly kind: 'attempt-end';
      readonly id: string;
      readonly target: Target;
      readonly number: number;
      readonly stream: boolean;
      readonly outcome: OutcomeKind;
      readonly errorCode?: GatewayErrorCode | undefined;
      readonly durationMs: number;
      /** Absent when no content came. */
      readonly firstContentMs?: number | undefined;
      /** The provider may have worked on it, and nobody got the answer: it is likely to be billed. */
      readonly orphaned: boolean;
    }
  | { readonly kind: 'failover'; readonly id: string; readonly from: Target; readonly to: Target }
  | { readonly kind: 'retry'; readonly id: string; readonly target: Target; readonly delayMs: number }
  /** A second target is asked because the first one shows nothing. */
  | {
      readonly kind: 'hedge';
      readonly id: string;
      readonly from: Target;
      readonly to: Target;
      readonly afterMs: number;
    }
  /** A retry, failover or hedge that was not made because too many were made lately. */
  | { readonly kind: 'retry-budget-spent'; readonly id: string }
  | { readonly kind: 'exchange-end'; readonly record: ExchangeRecord }
  | {
      readonly kind: 'circuit';
      readonly target: Target;
      readonly state: 'closed' | 'open' | 'half-open';
      readonly reason: string;
    }
  /** What a probe found; told when it changes. */
  | { readonly kind: 'backend-health'; readonly backend: string; readonly healthy: boolean; readonly reason: string }
  | { readonly kind: 'cache-evicted'; readonly reason: 'entries' | 'bytes' | 'expired'; readonly count: number }
  | { readonly kind: 'cache-not-stored'; readonly reason: NotStoredReason }
  | { readonly kind: 'cache-write-dropped'; readonly reason: 'queue-full' | 'store-failed' }
  /** The memory level changed, or the room of the cache did. */
  | {
      readonly kind: 'memory-pressure';
      readonly level: MemoryLevel;
      readonly from: MemoryLevel;
      readonly reason: string;
      /** Of the limit that decided. */
      readonly usedBytes: number;
      readonly limitBytes: number;
      readonly cacheBytesBefore: number;
      readonly cacheBytesAfter: number;
      /** Most bytes that the cache may hold. */
      readonly cacheBudgetBefore: number;
      readonly cacheBudgetAfter: number;
    }
  /** What is left after garbage collections grows and grows, caches not counted. Told once, until it has stopped. */
  | {
      readonly kind: 'memory-leak-suspected';
      readonly bytesPerMinute: number;
      /** How long that has been watched. */
      readonly overMs: number;
      /** The fastest growing first. */
      readonly suspects: readonly LeakSuspect[];
    }
  | { readonly kind: 'media-fetch'; readonly result: MediaFetchResult }
  /** A changed configuration was read: it took effect, or it was refused and the one before stays. */
  | {
      readonly kind: 'config-reload';
      readonly result: 'applied';
      /** Milliseconds since the Unix epoch. */
      readonly atMs: number;
      readonly changed: readonly string[];
      /** What was changed and waits for a restart. */
      readonly restartNeeded: readonly string[];
    }
  | {
      readonly kind: 'config-reload';
      readonly result: 'refused';
      readonly atMs: number;
      /** What is wrong with it, without secrets. */
      readonly reason: string;
    }
  | { readonly kind: 'auth-failed'; readonly reason: AuthFailureReason };

/** Takes what happens. Must not throw and must not wait: it stands in the path of every request. */
export type Observe = (observation: Observation) => void;
