import type { CacheHint, Message } from './content.js';
import type { DialectId } from './dialect.js';

/** A function the model may call. */
export interface Tool {
  /** Unique in the request, and what every dialect can write: for a nested tool, its space and its own name joined by `__`. */
  readonly name: string;
  /** Where the client nested it (Responses' `namespace` tools). */
  readonly nested?: { readonly namespace: string; readonly name: string };
  /** It takes text instead of JSON arguments (OpenAI's `custom` tools); `format` is their grammar, if any. */
  readonly takesText?: { readonly format?: unknown };
  readonly description?: string;
  /** JSON Schema of the arguments. Absent: none was given. */
  readonly parameters?: unknown;
  /** The arguments must follow the schema exactly. */
  readonly strict?: boolean;
  readonly cacheHint?: CacheHint;
}

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'tool'; readonly name: string }
  /** Only these, of all that are offered. */
  | { readonly kind: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] };

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
  /** Show what it thought: `auto` where the dialect knows only yes and no. */
  readonly summary?: 'auto' | 'concise' | 'detailed' | 'none';
}

/** A field of the request that only the client's dialect knows. */
export interface ForeignField {
  readonly dialect: DialectId;
  /** Where it stood in the client's body, e.g. `logit_bias` or `tools[3]`. */
  readonly path: string;
  readonly value: unknown;
}

/** Texts, or lists of token ids, to be turned into vectors. */
export interface EmbeddingInput {
  readonly inputs: readonly (string | readonly number[])[];
  /** How long each vector is to be; absent: as the model has it. */
  readonly dimensions?: number;
  /** How numbers are written for the client: JSON, or little-endian 32-bit floats in base64. */
  readonly encoding: 'float' | 'base64';
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
  /** Log probabilities of the answer's tokens, with this many alternatives each. */
  readonly logprobs?: { readonly top: number };
  /** Labels that the provider keeps with the answer. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The provider's class of service, in the words of the client's dialect. */
  readonly serviceTier?: string;
  /** Requests with the same key share the provider's prompt cache best. */
  readonly promptCacheKey?: string;
  /** How wordy the answer should be. */
  readonly verbosity?: 'low' | 'medium' | 'high';
  /** What an `embed` call wants vectors of; absent in every other call. */
  readonly embedding?: EmbeddingInput;
  readonly foreign: readonly ForeignField[];
  /**
   * How the reply of the client's own dialect is to differ from its usual one, where that is no loss in translation because
   * translated replies do anyway (Responses: not stored, with its state): such a reply is not for everybody who asks the same.
   */
  readonly replyOptions?: readonly string[];
  /** The history carries state that was sealed for another dialect: the client's bytes are not for its own dialect as they are. */
  readonly carriesSealedState?: boolean;
  /** Refers to earlier turns that only the client's provider holds (Anthropic's `thread`): no other dialect can answer. */
  readonly heldByProvider?: ForeignField;
}

/** One thing a translation could not carry. */
export interface Loss {
  /** Where it stood in the client's body. */
  readonly path: string;
  readonly reason: string;
}
