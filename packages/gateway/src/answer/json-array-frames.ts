import type { Outcome } from '@claudette/core';
import type { JsonArrayWriter } from '@claudette/protocol';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** A stream as items of a JSON array, which is closed only if the reply is complete. */
export function toJsonArray(
  frames: AsyncIterator<Uint8Array, undefined>,
  writer: JsonArrayWriter,
  outcome: Promise<Outcome>,
): AsyncIterator<Uint8Array, undefined> {
  let ended = false;
  return {
    async next() {
      if (ended) return end;
      const step = await frames.next();
      if (step.done !== true) return { done: false, value: writer.push(step.value) };
      ended = true;
      const { kind } = await outcome;
      return kind === 'complete' ? { done: false, value: writer.end() } : end;
    },
    return: () => frames.return?.() ?? Promise.resolve(end),
  };
}
