/** Tokens of one answer; cached ones are part of the input, reasoning is part of the output. */
export interface Tokens {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface SaidCall {
  readonly name: string;
  /** What the arguments are as JSON; of a tool that takes text, `{ input: text }`. */
  readonly arguments: unknown;
}

/** What an answer tells its reader, in no dialect's words. */
export interface Said {
  readonly text: string;
  /** Without white space: dialects put different ones between two thoughts. */
  readonly reasoning: string;
  readonly calls: readonly SaidCall[];
  /** The places on the web that it cites, each once, in the order of their letters. */
  readonly sources: readonly string[];
  readonly finish: string | undefined;
  readonly tokens: Tokens | undefined;
}

/** What was read, and where the answer broke the rules of its dialect. */
export interface Heard {
  readonly said: Said;
  readonly faults: readonly string[];
}

/** Reads the JSON payloads of one answer: those of a stream in order, or one whole body. */
export type Reader = (payloads: readonly unknown[], streamed: boolean) => Heard;

/** Each source once; what has no place on the web is none. */
export const toSources = (urls: readonly (string | null | undefined)[]): string[] =>
  [...new Set(urls.flatMap((url) => url ?? []))].sort();

export const withoutSpaces = (text: string): string => text.replaceAll(/\s/g, '');

/** Notes what was expected and did not hold. */
export const createJudge = (): {
  readonly faults: string[];
  readonly expect: (holds: boolean, rule: string) => void;
} => {
  const faults: string[] = [];
  return {
    faults,
    expect: (holds, rule) => {
      if (!holds) faults.push(rule);
    },
  };
};

/** The value of a JSON text; the text itself when it is none, which no recording's arguments are. */
export const parseArguments = (text: string): unknown => {
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
