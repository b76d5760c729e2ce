import type { Question } from './question.js';
import type { Seen } from './seen.js';

/** One call of a client. */
export interface Ask {
  readonly model: string;
  readonly question: Question;
  readonly stream: boolean;
}

/** An official SDK, asked in no dialect's words. */
export interface Client {
  /** Rejects only when something else than the SDK's own error is thrown. */
  ask(ask: Ask): Promise<Seen>;
}

/** How a client is made. */
export interface ClientOptions {
  /** The gateway's. */
  readonly url: string;
  /** Every byte passes through it. */
  readonly fetch: typeof fetch;
}

/** What an answer may cost at most in every question; room for a thinking budget. */
export const MAX_OUTPUT_TOKENS = 16_000;
