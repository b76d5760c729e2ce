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

export interface WireToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Parts that only a client's own dialect knows pass as they are. */
export type WirePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } };

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

export interface WireTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: unknown;
    readonly strict?: boolean;
  };
}

/** The start of a call, or a piece of its arguments. */
export type WireToolCallDelta =
  | (WireToolCall & { readonly index: number })
  | { readonly index: number; readonly function: { readonly arguments: string } };

export interface WireDelta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly refusal?: string | null;
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
    readonly logprobs: null;
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
      readonly tool_calls?: readonly WireToolCall[];
    };
    readonly logprobs: null;
    readonly finish_reason: WireFinishReason;
  }[];
  readonly usage?: WireUsage;
}

export interface WireErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}
