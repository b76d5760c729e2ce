import type { DialectId } from './dialect.js';

/** Asks the provider to cache the prompt up to and including this part. */
export interface CacheHint {
  readonly ttl: '5m' | '1h';
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly cacheHint?: CacheHint;
}

/** Where binary content is: behind a URL the provider fetches, or here as base64. */
export type MediaSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string };

export interface ImagePart {
  readonly type: 'image';
  readonly source: MediaSource;
  /** OpenAI's resolution hint. */
  readonly detail?: string;
  readonly cacheHint?: CacheHint;
}

/** What the model thought. Opaque fields are only meaningful to the dialect that made them. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  /** Proof that the provider wrote `text` (Anthropic's `signature`). */
  readonly signature?: string;
  /** Encrypted reasoning, shown to nobody (Anthropic's `redacted_thinking`). */
  readonly redactedData?: string;
}

export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON text, as the model wrote them. */
  readonly arguments: string;
  readonly cacheHint?: CacheHint;
}

/** Content that only one dialect knows. Other dialects cannot carry it and say so. */
export interface ForeignPart {
  readonly type: 'foreign';
  readonly dialect: DialectId;
  /** Where it stood in the client's body, e.g. `messages[2].content[0]`. */
  readonly path: string;
  readonly value: unknown;
}

export type UserPart = TextPart | ImagePart | ForeignPart;
export type AssistantPart = TextPart | ReasoningPart | RefusalPart | ToolCallPart | ForeignPart;
export type ToolResultContent = TextPart | ImagePart | ForeignPart;

/** One message of a conversation, in order. A tool result is a message of its own. */
export type Message =
  | {
      readonly role: 'system' | 'developer';
      readonly parts: readonly (TextPart | ForeignPart)[];
      readonly name?: string;
    }
  | { readonly role: 'user'; readonly parts: readonly UserPart[]; readonly name?: string }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[]; readonly name?: string }
  | {
      readonly role: 'tool';
      readonly toolCallId: string;
      readonly parts: readonly ToolResultContent[];
      readonly isError?: boolean;
      readonly cacheHint?: CacheHint;
    };
