/**
 * The Responses wire as replies are written: https://platform.openai.com/docs/api-reference/responses/object. What is
 * read is checked field by field instead, because vendors differ.
 */
export interface WireUsage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cache_write_tokens: number; readonly cached_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}

export interface WireTopLogprob {
  readonly token: string;
  readonly bytes: readonly number[];
  readonly logprob: number;
}

export interface WireLogprob extends WireTopLogprob {
  readonly top_logprobs: readonly WireTopLogprob[];
}

export interface WireAnnotation {
  readonly type: 'url_citation';
  readonly url: string;
  readonly title: string;
  readonly start_index: number;
  readonly end_index: number;
}

export type WireContentPart =
  | {
      readonly type: 'output_text';
      readonly text: string;
      readonly annotations: readonly WireAnnotation[];
      readonly logprobs: readonly WireLogprob[];
    }
  | { readonly type: 'refusal'; readonly refusal: string };

export type WireItemStatus = 'in_progress' | 'completed' | 'incomplete';

export interface WireMessageItem {
  readonly type: 'message';
  readonly id: string;
  readonly status: WireItemStatus;
  readonly role: 'assistant';
  readonly content: readonly WireContentPart[];
}

export interface WireSummaryPart {
  readonly type: 'summary_text';
  readonly text: string;
}

export interface WireReasoningItem {
  readonly type: 'reasoning';
  readonly id: string;
  readonly summary: readonly WireSummaryPart[];
  readonly encrypted_content?: string;
}

interface WireCall {
  readonly id: string;
  readonly call_id: string;
  readonly name: string;
  readonly namespace?: string;
  readonly status: WireItemStatus;
}

export type WireCallItem =
  | (WireCall & { readonly type: 'function_call'; readonly arguments: string })
  | (WireCall & { readonly type: 'custom_tool_call'; readonly input: string });

export type WireOutputItem = WireMessageItem | WireReasoningItem | WireCallItem;

/** What a reply repeats of its request. Every object carries all of it. */
export interface WireRepeated {
  readonly background: boolean;
  readonly frequency_penalty: number;
  readonly instructions: unknown;
  readonly max_output_tokens: number | null;
  readonly max_tool_calls: number | null;
  readonly metadata: unknown;
  readonly parallel_tool_calls: boolean;
  readonly presence_penalty: number;
  readonly previous_response_id: string | null;
  readonly prompt_cache_key: string | null;
  readonly reasoning: { readonly effort: string | null; readonly summary: string | null };
  readonly safety_identifier: string | null;
  readonly service_tier: string;
  readonly store: boolean;
  readonly temperature: number;
  readonly text: { readonly format: unknown; readonly verbosity?: string };
  readonly tool_choice: unknown;
  readonly tools: readonly unknown[];
  readonly top_logprobs: number;
  readonly top_p: number;
  readonly truncation: string;
  readonly user: string | null;
}

export interface WireResponse extends WireRepeated {
  readonly id: string;
  readonly object: 'response';
  readonly created_at: number;
  readonly completed_at: number | null;
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly incomplete_details: { readonly reason: 'max_output_tokens' | 'content_filter' } | null;
  readonly model: string;
  readonly output: readonly WireOutputItem[];
  readonly usage: WireUsage | null;
}

interface InItem {
  readonly item_id: string;
  readonly output_index: number;
}

interface InContent extends InItem {
  readonly content_index: number;
}

interface InSummary extends InItem {
  readonly summary_index: number;
}

/** An event without its number, which it gets when it is written. */
export type WireEvent =
  | {
      readonly type:
        'response.created' | 'response.in_progress' | 'response.completed' | 'response.incomplete' | 'response.failed';
      readonly response: WireResponse;
    }
  | {
      readonly type: 'response.output_item.added' | 'response.output_item.done';
      readonly output_index: number;
      readonly item: WireOutputItem;
    }
  | (InContent & {
      readonly type: 'response.content_part.added' | 'response.content_part.done';
      readonly part: WireContentPart;
    })
  | (InContent & {
      readonly type: 'response.output_text.delta';
      readonly delta: string;
      readonly logprobs: readonly WireLogprob[];
    })
  | (InContent & {
      readonly type: 'response.output_text.done';
      readonly text: string;
      readonly logprobs: readonly WireLogprob[];
    })
  | (InContent & {
      readonly type: 'response.output_text.annotation.added';
      readonly annotation_index: number;
      readonly annotation: WireAnnotation;
    })
  | (InContent & { readonly type: 'response.refusal.delta'; readonly delta: string })
  | (InContent & { readonly type: 'response.refusal.done'; readonly refusal: string })
  | (InSummary & {
      readonly type: 'response.reasoning_summary_part.added' | 'response.reasoning_summary_part.done';
      readonly part: WireSummaryPart;
    })
  | (InSummary & { readonly type: 'response.reasoning_summary_text.delta'; readonly delta: string })
  | (InSummary & { readonly type: 'response.reasoning_summary_text.done'; readonly text: string })
  | (InItem & {
      readonly type: 'response.function_call_arguments.delta' | 'response.custom_tool_call_input.delta';
      readonly delta: string;
    })
  | (InItem & {
      readonly type: 'response.function_call_arguments.done';
      readonly name: string;
      readonly arguments: string;
    })
  | (InItem & { readonly type: 'response.custom_tool_call_input.done'; readonly input: string });
