/**
 * Requests of the Responses wire as we write them: https://platform.openai.com/docs/api-reference/responses/create. What
 * we read is checked field by field instead, because clients and vendors differ.
 */
export interface WireInputText {
  readonly type: 'input_text';
  readonly text: string;
}

export interface WireInputImage {
  readonly type: 'input_image';
  readonly image_url: string;
  readonly detail: string;
}

export type WireInputFile = { readonly type: 'input_file'; readonly filename?: string } & (
  { readonly file_data: string } | { readonly file_url: string }
);

export interface WireUrlCitation {
  readonly type: 'url_citation';
  readonly url: string;
  readonly title: string;
  readonly start_index: number;
  readonly end_index: number;
}

/** What the assistant said. */
export type WireSaid =
  | { readonly type: 'output_text'; readonly text: string; readonly annotations: readonly WireUrlCitation[] }
  | { readonly type: 'refusal'; readonly refusal: string };

/** Parts that only a client's own dialect knows pass as they are. */
export type WireContent = string | readonly unknown[];

/** A call of a tool inside a namespace tells the two names apart. */
export interface WireToolName {
  readonly name: string;
  readonly namespace?: string;
}

export type WireInputItem =
  | {
      readonly type: 'message';
      readonly role: 'system' | 'developer' | 'user' | 'assistant';
      readonly content: WireContent;
    }
  | {
      readonly type: 'message';
      readonly role: 'assistant';
      readonly id: string;
      readonly status: 'completed';
      readonly content: readonly unknown[];
    }
  | {
      readonly type: 'reasoning';
      readonly id?: string;
      readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[];
      readonly encrypted_content: string;
    }
  | (WireToolName & { readonly type: 'function_call'; readonly call_id: string; readonly arguments: string })
  | (WireToolName & { readonly type: 'custom_tool_call'; readonly call_id: string; readonly input: string })
  | {
      readonly type: 'function_call_output' | 'custom_tool_call_output';
      readonly call_id: string;
      readonly output: WireContent;
    };

export interface WireFunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  readonly parameters: unknown;
  readonly strict: boolean;
}

export interface WireCustomTool {
  readonly type: 'custom';
  readonly name: string;
  readonly description?: string;
  readonly format?: unknown;
}

export type WireTool =
  | WireFunctionTool
  | WireCustomTool
  | {
      readonly type: 'namespace';
      readonly name: string;
      readonly description: string;
      readonly tools: readonly (WireFunctionTool | WireCustomTool)[];
    };

export type WireNamedTool = WireToolName & { readonly type: 'function' | 'custom' };

export type WireToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | WireNamedTool
  | { readonly type: 'allowed_tools'; readonly mode: 'auto' | 'required'; readonly tools: readonly WireNamedTool[] };

export type WireTextFormat =
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: unknown;
      readonly description?: string;
      readonly strict?: boolean;
    };
