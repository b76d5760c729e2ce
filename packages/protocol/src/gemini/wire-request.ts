/** What we write of a GenerateContentRequest: https://ai.google.dev/api/generate-content. What we read is checked instead. */
export interface WireBlob {
  readonly mimeType: string;
  readonly data: string;
}

export interface WireFile {
  readonly fileUri: string;
  /** Google finds it out by itself when it is absent. */
  readonly mimeType?: string;
}

export type WireMedia = { readonly inlineData: WireBlob } | { readonly fileData: WireFile };

export interface WireFunctionCall {
  readonly functionCall: { readonly id: string; readonly name: string; readonly args: object };
  readonly thoughtSignature?: string;
}

export interface WireFunctionResponse {
  readonly functionResponse: {
    readonly id: string;
    readonly name: string;
    readonly response: { readonly output: string } | { readonly error: string };
    readonly parts?: readonly unknown[];
  };
}

export type WirePart =
  | { readonly text: string; readonly thought?: true; readonly thoughtSignature?: string }
  | WireMedia
  | WireFunctionCall
  | WireFunctionResponse;

/** Parts that only Gemini knows stand among the others as they came. */
export interface WireContent {
  readonly role: 'user' | 'model';
  readonly parts: readonly unknown[];
}

export interface WireDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly parametersJsonSchema?: unknown;
}

export interface WireToolConfig {
  readonly functionCallingConfig: {
    readonly mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED';
    readonly allowedFunctionNames?: readonly string[];
  };
}

export type WireThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH';

export interface WireThinkingConfig {
  readonly includeThoughts?: boolean;
  /** Tokens; 0 is off, -1 leaves it to the model. */
  readonly thinkingBudget?: number;
  readonly thinkingLevel?: WireThinkingLevel;
}
