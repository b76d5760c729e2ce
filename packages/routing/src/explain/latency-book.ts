import { targetName } from '@claudette/core';
import type { DecisionRecord, Target } from '@claudette/core';

/** What counts as a latency: to the first content of a stream, to the end of a whole reply. */
export const latencyOf = (
  stream: boolean,
  durationMs: number,
  firstContentMs: number | undefined,
): number | undefined => (stream ? firstContentMs : durationMs);

/** How long targets took. */
export interface LatencyBook {
  /** Each latency on record in its turn, so that as many are long as there were. Undefined: there is none. */
  next(target: Target, stream: boolean): number | undefined;
}

/** Reads the latencies of all attempts that were complete. */
export function createLatencyBook(records: readonly DecisionRecord[]): LatencyBook {
  const books = new Map<string, { readonly latencies: number[]; turn: number }>();
  const nameOf = (target: Pick<Target, 'backend' | 'model'>, stream: boolean): string =>
    `${stream ? 'stream' : 'whole'} ${targetName(target)}`;

  for (const { exchange, attempts } of records) {
    for (const { target, outcome, durationMs, firstContentMs } of attempts) {
      const latencyMs = latencyOf(exchange.stream, durationMs, firstContentMs);
      if (outcome !== 'complete' || latencyMs === undefined) continue;
      const name = nameOf(target, exchange.stream);
      const book = books.get(name) ?? { latencies: [], turn: 0 };
      book.latencies.push(latencyMs);
      books.set(name, book);
    }
  }
  return {
    next(target, stream) {
      const book = books.get(nameOf(target, stream));
      if (book === undefined) return undefined;
      book.turn += 1;
      return book.latencies[book.turn % book.latencies.length];
    },
  };
}
