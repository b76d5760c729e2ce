import type { OpenaiErrorFields } from '../openai-errors.js';

/**
 * The Chat Completions wire as we write it: https://platform.openai.com/docs/api-reference/chat. What we read is checked
 * field by field instead, because vendors differ.
 */
export interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

export type WireFinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

interface WireFunctionCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A call of a tool that takes text. */
interface WireCustomCall {
  readonly id: string;
  readonly type: 'custom';
  readonly custom: { readonly name: string; readonly input: string };
}

export type WireToolCall = WireFunctionCall | WireCustomCall;

/** Parts that only a client's own dialect knows pass as they are. */
export type WirePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } }
  | { readonly type: 'file'; readonly file: { readonly filename: string; readonly file_data: string } };

export type WireContent = string | readonly unknown[];

export type WireMessage =
  | { readonly role: 'system' | 'developer' | 'user'; readonly content: WireContent; readonly name?: string }
  | {
      readonly role: 'assistant';
      readonly content: WireContent | null;
      readonly name?: string;
      readonly refusal?: string;
      readonly tool_calls?: readonly unknown[];
    }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: WireContent };

export type WireTool =
  | {
      readonly type: 'function';
      readonly function: {
        readonly name: string;
        readonly description?: string;
        readonly parameters?: unknown;
        readonly strict?: boolean;
      };
    }
  | {
      readonly type: 'custom';
      readonly custom: { readonly name: string; readonly description?: string; readonly format?: unknown };
    };

/** The start of a call, or a piece of its arguments or its text. */
export type WireToolCallDelta =
  | (WireToolCall & { readonly index: number })
  | { readonly index: number; readonly function: { readonly arguments: string } }
  | { readonly index: number; readonly custom: { readonly input: string } };

/** Where in the message's text a source was used, in UTF-16 code units. */
export interface WireAnnotation {
  readonly type: 'url_citation';
  readonly url_citation: {
    readonly url: string;
    readonly title: string;
    readonly start_index: number;
    readonly end_index: number;
    /** OpenRouter's field for the words of the source. */
    readonly content?: string;
  };
}

interface WireTopLogprob {
  readonly token: string;
  readonly logprob: number;
  /** For tokens that are no whole characters; we do not know them. */
  readonly bytes: null;
}

export interface WireTokenLogprob extends WireTopLogprob {
  readonly top_logprobs: readonly WireTopLogprob[];
}

export interface WireLogprobs {
  readonly content: readonly WireTokenLogprob[];
  readonly refusal: null;
}

export interface WireDelta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly refusal?: string | null;
  readonly annotations?: readonly WireAnnotation[];
  readonly tool_calls?: readonly WireToolCallDelta[];
}

export interface WireChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: 0;
    readonly delta: WireDelta;
    readonly logprobs: WireLogprobs | null;
    readonly finish_reason: WireFinishReason | null;
  }[];
  /** Present, though null until the end, when the client asked for it. */
  readonly usage?: WireUsage | null;
}

export interface WireCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: 0;
    readonly message: {
      readonly role: 'assistant';
      readonly content: string | null;
      readonly refusal: string | null;
      readonly reasoning_content?: string;
      readonly annotations?: readonly WireAnnotation[];
      readonly tool_calls?: readonly WireToolCall[];
    };
    readonly logprobs: WireLogprobs | null;
    readonly finish_reason: WireFinishReason;
  }[];
  readonly usage?: WireUsage;
}

export interface WireErrorBody {
  readonly error: OpenaiErrorFields;
}

/** https://platform.openai.com/docs/api-reference/embeddings */
export interface WireEmbeddings {
  readonly object: 'list';
  readonly data: readonly {
    readonly object: 'embedding';
    readonly index: number;
    readonly embedding: readonly number[] | string;
  }[];
  readonly model: string;
  readonly usage?: { readonly prompt_tokens: number; readonly total_tokens: number };
}
