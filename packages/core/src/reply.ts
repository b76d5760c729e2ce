import type { FinishReason } from './chat-event.js';
import type { Loss } from './chat-request.js';
import type { DialectId, Framing } from './dialect.js';
import type { GatewayError } from './errors.js';
import type { Target } from './target.js';
import type { Usage } from './usage.js';

/** How a reply ended. `abandoned`: the reader left before the end; neither a success nor a failure of the backend. */
export type OutcomeKind = 'complete' | 'failed' | 'abandoned';

export interface Outcome {
  readonly kind: OutcomeKind;
  /** Why, unless complete. */
  readonly cause?: GatewayError | undefined;
  /** Absent when the provider said nothing; whoever needs a number estimates one and marks it. */
  readonly usage?: Usage | undefined;
  readonly finishReason?: FinishReason | undefined;
  /** Bytes of the reply that came from the provider. */
  readonly receivedBytes: number;
  /**
   * Who pays for a shared call, where it is not who the reply said: `miss` took over from a reader that left before the
   * end, which is `coalesced` from then on. Of all who share a call exactly one pays. Absent: as the reply said.
   */
  readonly share?: Pick<Reply, 'cache' | 'attempts'> | undefined;
}

/**
 * How the cache took part: `coalesced` shared a call that was under way; `stale` is an expired answer that stands in
 * because every backend failed; `bypass` did not take part.
 */
export type CacheStatus = 'hit' | 'miss' | 'coalesced' | 'stale' | 'bypass';

/** The answer to one call, in the provider's own bytes. */
export interface Reply {
  readonly target: Target;
  readonly dialect: DialectId;
  readonly framing: Framing;
  readonly status: number;
  /** Allow-listed headers of the provider, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whole frames. One reader: a second read throws. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Resolves once, in every way a reply can end. Never rejects: whoever has something to give back waits for this alone. */
  readonly outcome: Promise<Outcome>;
  /** What the request lost on its way to this target. */
  readonly losses: readonly Loss[];
  readonly cache: CacheStatus;
  /** Upstream calls made for it. 0 for a hit. */
  readonly attempts: number;
  /** Under which the cache holds it. Absent unless `cache` is `hit` or `stale`. */
  readonly cacheKey?: string | undefined;
  /** Age of a cached answer. Absent unless `cache` is `hit` or `stale`. */
  readonly ageMs?: number | undefined;
  /** Ends the upstream attempt. Calling it again, or after the end, does nothing. */
  cancel(reason: GatewayError): void;
}
