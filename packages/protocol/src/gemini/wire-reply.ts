/** What we write of a GenerateContentResponse: https://ai.google.dev/api/generate-content. What we read is checked instead. */
export interface WireUsage {
  readonly promptTokenCount: number;
  readonly candidatesTokenCount: number;
  readonly totalTokenCount: number;
  readonly cachedContentTokenCount?: number;
  readonly thoughtsTokenCount?: number;
}

export type WireFinishReason = 'STOP' | 'MAX_TOKENS' | 'SAFETY' | 'MALFORMED_FUNCTION_CALL';

export type WireReplyPart =
  | { readonly text: string; readonly thought?: true; readonly thoughtSignature?: string }
  | {
      readonly functionCall: { readonly id: string; readonly name: string; readonly args: unknown };
      readonly thoughtSignature?: string;
    };

export interface WireLogprob {
  readonly token: string;
  readonly logProbability: number;
}

export interface WireLogprobs {
  readonly chosenCandidates: readonly WireLogprob[];
  readonly topCandidates: readonly { readonly candidates: readonly WireLogprob[] }[];
}

export interface WireGrounding {
  readonly groundingChunks: readonly { readonly web: { readonly uri: string; readonly title?: string } }[];
  readonly groundingSupports: readonly {
    readonly groundingChunkIndices: readonly number[];
    /** `startIndex` and `endIndex` count bytes of UTF-8 in the part. */
    readonly segment: {
      readonly partIndex: number;
      readonly startIndex?: number;
      readonly endIndex?: number;
      readonly text?: string;
    };
  }[];
}

export interface WireCandidate {
  readonly content: { readonly parts: readonly WireReplyPart[]; readonly role: 'model' };
  readonly finishReason?: WireFinishReason;
  readonly index: 0;
  readonly groundingMetadata?: WireGrounding;
  readonly logprobsResult?: WireLogprobs;
}

/** A whole reply, or one chunk of a stream: both have the same shape. */
export interface WireReply {
  readonly candidates: readonly WireCandidate[];
  readonly usageMetadata?: WireUsage;
  readonly modelVersion: string;
  readonly responseId: string;
}
