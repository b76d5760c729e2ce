import type { CallSignal } from './call-signal.js';
import type { ChatRequest } from './chat-request.js';
import type { DialectId } from './dialect.js';
import type { Money, Observe } from './observe.js';
import type { Operation } from './operation.js';
import type { Plan, Target } from './target.js';

/** What the client sent, byte for byte. */
export interface Original {
  readonly dialect: DialectId;
  readonly body: Uint8Array;
  /** Allow-listed headers, lower-case names: what the dialect itself defines, never a credential. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Who asks. Decides who may share what; it comes from the gateway key, never from a header the client chose. */
export interface Principal {
  /** `local` in open mode, otherwise the gateway key's id. */
  readonly id: string;
  readonly name: string;
  /** The person behind the key, where whoever made the key named one. */
  readonly user?: string | undefined;
  /** The team that the key belongs to, where whoever made the key named one. */
  readonly team?: string | undefined;
  /** The only models it may use: aliases, `backend/model` and bare ids, with * for any characters. Absent: all of them. */
  readonly models?: readonly string[] | undefined;
}

/** What the client asks of the cache: `default` follows the configuration. */
export type CacheMode = 'default' | 'on' | 'off' | 'refresh' | 'only';

export interface CallContext {
  /** Unique per exchange; the client sees it as `x-claudette-id`. */
  readonly id: string;
  readonly principal: Principal;
  /** Aborts when the client leaves or the budget is used up, with a GatewayError as its reason. Every await below takes it. */
  readonly signal: CallSignal;
  /** Told everything that happens to this call. */
  readonly observe: Observe;
  readonly cacheMode: CacheMode;
  /** No stored answer of this age or older: 0 wants a new one. @default any that is fresh */
  readonly maxAgeMs?: number | undefined;
  /** What answers this call is not to be kept. @default false */
  readonly noStore?: boolean | undefined;
  /** `original`: a stored stream comes as slowly as it once came from the provider. @default at once */
  readonly pace?: 'original' | undefined;
  /** Only this backend may answer. */
  readonly pinnedBackend?: string | undefined;
  /** A shorter budget than the configuration's, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** When the budget ends, on the clock's `now()`. Set by whoever starts the budget. */
  readonly deadlineAtMs?: number | undefined;
  /** Calls of one session are best answered by one backend, whose prompt cache knows what came before. */
  readonly session?: string | undefined;
  /** Refuse rather than send what is likely to cost more. */
  readonly costLimit?: Money | undefined;
  /** When every backend fails, a stored answer that expired no longer ago than this may stand in. @default the configuration's */
  readonly maxStaleMs?: number | undefined;
  /** Refuse rather than lose anything in translation. */
  readonly strict: boolean;
  /** Labels for reports. */
  readonly tags: readonly string[];
}

/**
 * One client request on its way through the gateway. An interceptor that changes something hands on a copy. Whoever makes
 * a call names every field, undefined ones too: a copy that only overrides costs a tenth of one that adds.
 */
export interface Call {
  /** Absent for native calls (command line, /api/optimize), which begin with the canonical request. */
  readonly original?: Original | undefined;
  readonly operation: Operation;
  /** The canonical view; decoded once. Of an `embed` call: the model, and the inputs as messages of the user. */
  readonly request: ChatRequest;
  readonly context: CallContext;
  /** Set by routing. */
  readonly plan?: Plan | undefined;
  /** Set for each attempt. */
  readonly target?: Target | undefined;
  /** Set for each attempt: most milliseconds until it commits, so that there is time left for the others of the plan. */
  readonly commitWithinMs?: number | undefined;
}
