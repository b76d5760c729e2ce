import type { DialectId } from '@claudette/core';
import type { Behaviour, FakeUsage } from '@claudette/testing';

import type { Arrived } from './arrived.js';
import { finishWord } from './finish-words.js';
import type { Pair } from './pair.js';
import type { Question } from './question.js';
import type { Seen } from './seen.js';

export type Framing = 'whole' | 'stream';
export const framings: readonly Framing[] = ['whole', 'stream'];

/** One thing that must work for a pair: what is asked, what the backend says, and what must come of it on both sides. */
export interface Cell {
  /** Tells the cells of one feature apart. @default there is only one */
  readonly variant?: string;
  /** @default both */
  readonly framings?: readonly Framing[];
  readonly question: Question;
  /** @default an answer that the fake provider makes up, with `plainUsage` */
  readonly behaviour?: Behaviour;
  /** What the client sees besides `plainSeen`. */
  readonly seen?: (framing: Framing) => Partial<Record<keyof Seen, unknown>>;
  /** What the backend must have got; fields that are not named are not looked at. */
  readonly arrived?: Partial<Arrived>;
  /** What of the question cannot arrive, in the paths of `x-claudette-loss`. @default nothing */
  readonly losses?: readonly string[];
  /** What of the answer cannot arrive. Streams have sent their headers by then. @default nothing */
  readonly replyLosses?: readonly string[];
}

/** A column of the matrix. */
export interface Feature {
  readonly name: string;
  /** The cells of a pair, or why it has none. */
  cellsOf(pair: Pair): readonly Cell[] | string;
}

/** What every answer used, unless a cell is about that. */
export const plainUsage: FakeUsage = {
  inputTokens: 11,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 7,
  reasoningTokens: 0,
};

/** What `plainUsage` looks like to a client. */
export const plainUsageSeen = { input: 11, cached: 0, output: 7 };

/** What a client sees of an answer that says nothing. How it came and which ids it has only matters to some cells. */
export const plainSeen = (client: DialectId): Omit<Seen, 'pieces' | 'callIds'> => ({
  text: '',
  toolCalls: [],
  reasoning: '',
  refusal: '',
  finish: finishWord(client, 'stop'),
  usage: plainUsageSeen,
  error: undefined,
});
