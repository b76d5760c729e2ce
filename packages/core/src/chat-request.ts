import type { CacheHint, Message } from './content.js';
import type { DialectId } from './dialect.js';

/** A function the model may call. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. Absent: none was given. */
  readonly parameters?: unknown;
  /** The arguments must follow the schema exactly. */
  readonly strict?: boolean;
  readonly cacheHint?: CacheHint;
}

export type ToolChoice =
  { readonly kind: 'auto' | 'none' | 'required' } | { readonly kind: 'tool'; readonly name: string };

/** The shape the answer must have. */
export type OutputFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'json-schema';
      readonly schema: unknown;
      readonly name?: string;
      readonly description?: string;
      readonly strict?: boolean;
    };

/** How much the model should think before it answers. */
export interface ReasoningOptions {
  /** The field's common scale; `none` switches reasoning off. */
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Most tokens to think with. */
  readonly budgetTokens?: number;
  /** The model decides how long to think (Anthropic's `adaptive`). */
  readonly adaptive?: boolean;
}

/** A field of the request that only the client's dialect knows. */
export interface ForeignField {
  readonly dialect: DialectId;
  /** Where it stood in the client's body, e.g. `logit_bias` or `tools[3]`. */
  readonly path: string;
  readonly value: unknown;
}

/**
 * What a client asks of a model, in no dialect's words. Absent means "the client did not say", which is not the same as
 * any value; nothing here is filled with defaults.
 */
export interface ChatRequest {
  /** The model as the client named it: `auto`, an alias, `backend/model` or a bare id. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  /** In a stream, the client wants the usage at its end. Dialects that always send it decode to true. */
  readonly streamUsage: boolean;
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly outputFormat?: OutputFormat;
  readonly reasoning?: ReasoningOptions;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** How many alternative answers; absent is one. */
  readonly choices?: number;
  /** The end user, for the provider's abuse tracking. */
  readonly userId?: string;
  readonly foreign: readonly ForeignField[];
  /** Refers to earlier turns that only the client's provider holds (Anthropic's `thread`): no other dialect can answer. */
  readonly heldByProvider?: ForeignField;
}

/** One thing a translation could not carry. */
export interface Loss {
  /** Where it stood in the client's body. */
  readonly path: string;
  readonly reason: string;
}
