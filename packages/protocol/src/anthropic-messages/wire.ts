/** What the encoders of this folder write. What they read is checked field by field and has no type beforehand. */

export interface WireCacheControl {
  readonly type: 'ephemeral';
  readonly ttl?: '1h';
}

interface Cacheable {
  readonly cache_control?: WireCacheControl;
}

/** A place on the web. `encrypted_index` is the provider's proof that it found it there. */
export interface WireCitation {
  readonly type: 'web_search_result_location';
  readonly url: string;
  readonly title: string | null;
  readonly cited_text: string;
  readonly encrypted_index: string;
}

export interface WireText extends Cacheable {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly WireCitation[];
}

export interface WireImage extends Cacheable {
  readonly type: 'image';
  readonly source:
    | { readonly type: 'url'; readonly url: string }
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string };
}

export interface WireDocument extends Cacheable {
  readonly type: 'document';
  readonly source:
    | { readonly type: 'url'; readonly url: string }
    | { readonly type: 'base64'; readonly media_type: 'application/pdf'; readonly data: string }
    | { readonly type: 'text'; readonly media_type: 'text/plain'; readonly data: string };
  readonly title?: string;
}

export interface WireToolUse extends Cacheable {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export interface WireToolResult extends Cacheable {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: readonly unknown[];
  readonly is_error?: boolean;
}

export interface WireThinking {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

export interface WireRedactedThinking {
  readonly type: 'redacted_thinking';
  readonly data: string;
}

export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly unknown[];
}

export interface WireTool extends Cacheable {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: unknown;
  readonly strict?: boolean;
}

export interface WireToolChoice {
  readonly type: 'auto' | 'any' | 'tool' | 'none';
  readonly name?: string;
  readonly disable_parallel_tool_use?: boolean;
}

/** Whether the answer shows what was thought. */
export type WireThinkingDisplay = 'summarized' | 'omitted';

export type WireThinkingConfig =
  | { readonly type: 'enabled'; readonly budget_tokens: number; readonly display?: WireThinkingDisplay }
  | { readonly type: 'adaptive'; readonly display?: WireThinkingDisplay }
  | { readonly type: 'disabled' };

export type WireServiceTier = 'auto' | 'standard_only';

export type WireEffort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface WireOutputConfig {
  readonly effort?: WireEffort;
  readonly format?: { readonly type: 'json_schema'; readonly schema: unknown };
}

export type WireStopReason =
  'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use' | 'pause_turn' | 'refusal' | 'model_context_window_exceeded';

export interface WireUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
  readonly output_tokens: number;
  readonly output_tokens_details?: { readonly thinking_tokens: number };
}

/** A block of an answer. `caller` says that the model itself asked for the tool, not code that it ran. */
export type WireAnswerBlock =
  | Omit<WireText, 'cache_control'>
  | WireThinking
  | WireRedactedThinking
  | (Omit<WireToolUse, 'cache_control'> & { readonly caller: { readonly type: 'direct' } });

export interface WireAnswer {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly model: string;
  readonly content: readonly WireAnswerBlock[];
  readonly stop_reason: WireStopReason | null;
  readonly stop_sequence: string | null;
  readonly usage: WireUsage;
}

export type WireDelta =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'citations_delta'; readonly citation: WireCitation }
  | { readonly type: 'thinking_delta'; readonly thinking: string }
  | { readonly type: 'signature_delta'; readonly signature: string }
  | { readonly type: 'input_json_delta'; readonly partial_json: string };

export type WireErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'overloaded_error'
  | 'api_error';

/** The body of an error response and the data of an `error` event alike. */
export interface WireErrorBody {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id?: string;
}

export type WireEvent =
  | { readonly type: 'message_start'; readonly message: WireAnswer }
  | { readonly type: 'content_block_start'; readonly index: number; readonly content_block: WireAnswerBlock }
  | { readonly type: 'content_block_delta'; readonly index: number; readonly delta: WireDelta }
  | { readonly type: 'content_block_stop'; readonly index: number }
  | {
      readonly type: 'message_delta';
      readonly delta: { readonly stop_reason: WireStopReason; readonly stop_sequence: string | null };
      readonly usage: WireUsage;
    }
  | { readonly type: 'message_stop' }
  | WireErrorBody;
