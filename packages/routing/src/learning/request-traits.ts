import type { ChatRequest, Operation } from '@claudette/core';

import type { PlannedCall } from '../plan/routing-options.js';

/**
 * Requests that are alike in how long their answers are: 0 a short prompt, 1 one with tools, 2 a long prompt, 3 one with
 * tools, 4 texts to make vectors of.
 */
export type RequestKind = 0 | 1 | 2 | 3 | 4;

/** What is told from a request about the tokens that it will use. */
export interface RequestTraits {
  readonly kind: RequestKind;
  /** Size of what the model reads as text, as the client wrote it. */
  readonly textBytes: number;
  /** What its images and documents are likely to count. */
  readonly attachedTokens: number;
  /** Its tokens come from its text alone: they show how many bytes a token has. */
  readonly isPlain: boolean;
}

/** About 1000 tokens: prompts below are questions, prompts above are conversations, agents and documents. */
const SHORT_BYTES = 4096;

/** The kind of a request of so many bytes. */
export const kindOf = (operation: Operation, textBytes: number, hasTools: boolean): RequestKind => {
  if (operation === 'embed') return 4;
  if (textBytes < SHORT_BYTES) return hasTools ? 1 : 0;
  return hasTools ? 3 : 2;
};

/** A picture of about a megapixel, with most vendors. */
const IMAGE_TOKENS = 1000;

/** A page of a PDF is 1500 to 3000 tokens and some 50 kB, a third more in base64. */
const DOCUMENT_BYTES_PER_TOKEN = 25;

/** Reads what a call's request tells. Costs some nanoseconds for each part of its messages. */
export function traitsOf({ original, operation, request }: Omit<PlannedCall, 'context'>): RequestTraits {
  let attachedBytes = 0;
  let attachedTokens = 0;
  for (const { parts } of request.messages) {
    for (const part of parts) {
      if (part.type !== 'image' && part.type !== 'document') continue;
      const bytes = part.source.kind === 'base64' ? part.source.data.length : 0;
      attachedBytes += bytes;
      attachedTokens += part.type === 'image' ? IMAGE_TOKENS : Math.ceil(bytes / DOCUMENT_BYTES_PER_TOKEN);
    }
  }
  const textBytes = original === undefined ? sizeOfTexts(request) : Math.max(0, original.body.length - attachedBytes);
  return {
    kind: kindOf(operation, textBytes, request.tools.length > 0),
    textBytes,
    attachedTokens,
    isPlain: attachedTokens === 0 && request.heldByProvider === undefined,
  };
}

const sizeOfTexts = ({ messages }: ChatRequest): number => {
  let bytes = 0;
  for (const { parts } of messages) {
    for (const part of parts) {
      if (part.type === 'text') bytes += Buffer.byteLength(part.text);
    }
  }
  return bytes;
};
