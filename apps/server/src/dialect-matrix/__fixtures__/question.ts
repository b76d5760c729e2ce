/** Where an image or a document is, in no dialect's words. */
export type Media =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly mediaType: string; readonly url: string };

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly schema: { readonly type: 'object'; readonly [keyword: string]: unknown };
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What a user says; the media stand before the text. */
export interface UserTurn {
  readonly by: 'user';
  readonly text: string;
  readonly image?: Media;
  readonly document?: Media;
}

/** What a tool said; the media stand after the text. */
export interface ToolResult {
  readonly call: ToolCall;
  readonly text: string;
  readonly image?: Media;
  readonly document?: Media;
}

/** One thing that was said. */
export type Turn =
  | UserTurn
  | { readonly by: 'model'; readonly calls: readonly ToolCall[] }
  /** The results of all calls of the turn before. */
  | { readonly by: 'tool'; readonly results: readonly ToolResult[] };

export type ToolChoice = 'none' | 'required' | { readonly name: string };

/** How much to think. Clients whose dialect knows budgets only give the number of tokens. */
export interface Reasoning {
  readonly effort: 'medium';
  readonly budgetTokens: number;
}

/** What is asked of a model, in no dialect's words. Everything absent is not said. */
export interface Question {
  readonly turns: readonly Turn[];
  readonly system?: string;
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** The answer must be JSON of this schema. */
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly reasoning?: Reasoning;
  readonly stop?: readonly string[];
}

/** A user's one sentence. */
export const say = (text: string): Pick<Question, 'turns'> => ({ turns: [{ by: 'user', text }] });

/** What every document is called by those who can name it. */
export const DOCUMENT_NAME = 'report';

/** What OpenAI calls a data URL. */
export const urlOf = (media: Media): string =>
  media.kind === 'url' ? media.url : `data:${media.mediaType};base64,${media.data}`;
