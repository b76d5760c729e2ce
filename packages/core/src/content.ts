import type { DialectId } from './dialect.js';

/** Asks the provider to cache the prompt up to and including this part. */
export interface CacheHint {
  readonly ttl: '5m' | '1h';
}

/**
 * State that a provider hands out with an answer and needs back, unread, in the next turn. Only the dialect that made it
 * can use it; the others carry it for the client without looking inside.
 */
export interface OpaqueState {
  readonly dialect: DialectId;
  /** `signature`: proof that the provider wrote what stands beside it. `encrypted`: the content itself, for nobody's eyes. */
  readonly kind: 'signature' | 'encrypted';
  readonly data: string;
  /** The provider's id of the item that it belongs to (Responses). */
  readonly id?: string;
  /** The reasoning that it belongs to, where it travels without it: on the id of a tool call. */
  readonly text?: string;
}

/** A place on the web that an answer relies on. */
export interface Citation {
  readonly url: string;
  readonly title?: string;
  /** The words of the source. */
  readonly citedText?: string;
  /** Where in the block's text it applies, in UTF-16 code units. */
  readonly startIndex?: number;
  readonly endIndex?: number;
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
  readonly state?: OpaqueState;
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

/** A text or PDF for the model to read. */
export interface DocumentPart {
  readonly type: 'document';
  readonly source: MediaSource | { readonly kind: 'text'; readonly text: string };
  /** What people call it: a title or a file name. */
  readonly name?: string;
  readonly cacheHint?: CacheHint;
}

/** What the model thought, or a summary of it. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly state?: OpaqueState;
}

export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON text, as the model wrote them; for a text tool, the text. */
  readonly arguments: string;
  /** The tool takes text (see `Tool.takesText`). */
  readonly takesText?: boolean;
  readonly state?: OpaqueState;
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

export type UserPart = TextPart | ImagePart | DocumentPart | ForeignPart;
export type AssistantPart = TextPart | ReasoningPart | RefusalPart | ToolCallPart | ForeignPart;
export type ToolResultContent = TextPart | ImagePart | DocumentPart | ForeignPart;

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
