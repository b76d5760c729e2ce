import type { CallSignal } from './call-signal.js';
import type { ChatRequest } from './chat-request.js';
import type { DialectId } from './dialect.js';
import type { Observe } from './observe.js';
import type { Plan, Target } from './target.js';

/** What a call wants: an answer, the number of tokens of its prompt, or vectors. */
export type Operation = 'generate' | 'count' | 'embed';

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
  /** Only this backend may answer. */
  readonly pinnedBackend?: string | undefined;
  /** A shorter budget than the configuration's, in milliseconds. */
  readonly timeoutMs?: number | undefined;
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
}
