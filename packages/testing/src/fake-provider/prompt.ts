import type { FakeCall } from './fake-call.js';
import type { ProviderMemory } from './provider-memory.js';
import { readChatPrompt } from './read-chat-prompt.js';
import { readGeminiPrompt } from './read-gemini-prompt.js';
import { readMessagesPrompt } from './read-messages-prompt.js';
import { readResponsesPrompt } from './read-responses-prompt.js';
import type { LastWords } from './read-turns.js';
import type { ReplyFraming } from './routes.js';

export interface OfferedTool {
  readonly name: string;
  readonly schema: unknown;
  /** OpenAI's `custom`: it takes text. */
  readonly takesText?: boolean;
  /** The namespace it was offered in (Responses). */
  readonly namespace?: string;
}

/** What a request asks for, read from any dialect. */
export interface Prompt extends LastWords {
  readonly model: string;
  readonly framing: ReplyFraming;
  readonly includeUsage: boolean;
  /** Tools the model may call now. */
  readonly tools: readonly OfferedTool[];
  readonly forcedTool?: string;
  readonly parallelTools: boolean;
  readonly reasons: boolean;
  readonly showsReasoning: boolean;
  readonly encryptsReasoning: boolean;
  /** The answer must be JSON of this schema; `{}` is any object. */
  readonly outputSchema?: unknown;
  readonly topLogprobs?: number;
  readonly maxTokens: number;
  readonly stopSequences: readonly string[];
  readonly choices: number;
}

/** Reads a request; whatever is not there or has another type counts as not asked for. */
export function readPrompt(call: FakeCall, memory: ProviderMemory): Prompt {
  switch (call.dialect) {
    case 'openai-chat':
      return readChatPrompt(call.json);
    case 'openai-responses':
      return readResponsesPrompt(call.json, memory);
    case 'anthropic-messages':
      return readMessagesPrompt(call.json);
    case 'gemini':
      return readGeminiPrompt(call);
  }
}
