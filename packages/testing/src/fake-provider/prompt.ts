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
