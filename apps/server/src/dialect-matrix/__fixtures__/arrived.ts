import type { Tool, ToolChoice } from './question.js';

/** What a provider was asked, in no dialect's words. */
export interface Arrived {
  /** What stands outside the conversation of user and model, wherever the dialect has it. */
  readonly system: readonly string[];
  readonly said: readonly string[];
  /** URLs and data URLs; those of tool results too. */
  readonly images: readonly string[];
  readonly documents: readonly string[];
  /** What people call them, where the dialect can say it. */
  readonly documentNames: readonly string[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | undefined;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  /** By the name of the tool that was called. */
  readonly results: readonly { readonly name: string; readonly text: string }[];
  readonly schema: unknown;
  /** An effort, or a number of tokens. */
  readonly reasoning: string | number | undefined;
  readonly stop: readonly string[];
}
