/** What a client's SDK raised. */
export interface SeenError {
  /** Of the HTTP answer; absent when the error came inside a stream that had begun. */
  readonly status: number | undefined;
  readonly message: string;
}

export interface SeenUsage {
  /** All tokens of the prompt, cached ones included. */
  readonly input: number;
  readonly cached: number;
  /** All tokens of the answer, reasoning included. */
  readonly output: number;
}

/** An answer as a client's SDK handed it over, in no dialect's words but for `finish`. */
export interface Seen {
  readonly text: string;
  /** The text as it came, one delta each; of a whole answer, one piece. */
  readonly pieces: readonly string[];
  readonly toolCalls: readonly { readonly name: string; readonly arguments: unknown }[];
  /** How many different ids the calls have. */
  readonly callIds: number;
  readonly reasoning: string;
  readonly refusal: string;
  /** In the dialect's own words; of Responses, the status and the reason of an incomplete one. */
  readonly finish: string | undefined;
  readonly usage: SeenUsage | undefined;
  readonly error: SeenError | undefined;
}

/** Nothing was seen yet. */
export const unseen: Seen = {
  text: '',
  pieces: [],
  toolCalls: [],
  callIds: 0,
  reasoning: '',
  refusal: '',
  finish: undefined,
  usage: undefined,
  error: undefined,
};

export const countDistinct = (ids: readonly string[]): number => new Set(ids).size;

/** Arguments are compared as JSON; what is none is compared as text. */
export const readArguments = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
