import type { ChatRequest, Message } from '@claudette/core';

/** What a target can do. Absent: unknown, which excludes nothing. */
export interface Capabilities {
  readonly tools?: boolean;
  readonly images?: boolean;
  readonly documents?: boolean;
  readonly reasoning?: boolean;
  readonly structuredOutput?: boolean;
  /** Most tokens of prompt and answer together. */
  readonly contextTokens?: number;
}

/** What a request needs of a target. */
export type Needs = Readonly<Record<Exclude<keyof Capabilities, 'contextTokens'>, boolean>>;

/** Reads all of the conversation: for those who know that somebody lacks something. */
export function needsOf({ messages, tools, outputFormat, reasoning }: ChatRequest): Needs {
  return {
    tools: tools.length > 0,
    images: messages.some((message) => holds(message, 'image')),
    documents: messages.some((message) => holds(message, 'document')),
    reasoning: reasoning !== undefined && asksToReason(reasoning),
    structuredOutput: outputFormat !== undefined,
  };
}

const holds = ({ parts }: Message, type: 'image' | 'document'): boolean => {
  for (const part of parts) if (part.type === type) return true;
  return false;
};

/** To ask for a summary only, or for no reasoning, is no reason to need any. */
const asksToReason = ({ effort, budgetTokens, adaptive }: NonNullable<ChatRequest['reasoning']>): boolean =>
  (effort !== undefined && effort !== 'none') || (budgetTokens ?? 0) > 0 || adaptive === true;

/** Of an estimate: a prompt that may fit after all is for the backend to refuse. */
const CERTAIN_SHARE = 0.75;

/** What a target lacks for a request, in plain words. Undefined: nothing that is known. `needs` is asked for only when it matters. */
export function whyIncapable(
  { tools, images, documents, reasoning, structuredOutput, contextTokens = Infinity }: Capabilities,
  needs: () => Needs,
  inputTokens: number,
  maxOutputTokens: number,
): string | undefined {
  if (CERTAIN_SHARE * inputTokens + maxOutputTokens > contextTokens) {
    return `its context is ${contextTokens} tokens; this needs about ${Math.round(inputTokens + maxOutputTokens)}`;
  }
  if (tools === false && needs().tools) return 'it calls no tools';
  if (images === false && needs().images) return 'it takes no images';
  if (documents === false && needs().documents) return 'it takes no documents';
  if (reasoning === false && needs().reasoning) return 'it does not reason';
  if (structuredOutput === false && needs().structuredOutput) return 'it has no structured output';
  return undefined;
}
