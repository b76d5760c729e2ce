import type { Reply } from '@claudette/core';

import type { Entry } from './entry.js';

const endOfReply: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** A stored answer as a reply. Its outcome is known from the start: the provider's last word is in hand. */
export function toReply(entry: Entry, nowMs: number): Reply {
  const { target, dialect, framing, status, headers, bytes, usage, finishReason, losses } = entry;
  let taken = false;
  let given = false;
  const reader: AsyncIterator<Uint8Array, undefined> = {
    next() {
      if (given) return Promise.resolve(endOfReply);
      given = true;
      return Promise.resolve({ done: false, value: bytes });
    },
    return() {
      given = true;
      return Promise.resolve(endOfReply);
    },
  };
  return {
    target,
    dialect,
    framing,
    status,
    headers,
    losses,
    cache: 'hit',
    attempts: 0,
    // The clock may have been set back since.
    ageMs: Math.max(0, nowMs - entry.storedAtMs),
    outcome: Promise.resolve({
      kind: 'complete',
      receivedBytes: bytes.byteLength,
      ...(usage && { usage }),
      ...(finishReason && { finishReason }),
    }),
    cancel: () => undefined,
    bytes: {
      [Symbol.asyncIterator]() {
        if (taken) throw new Error('A reply is read once');
        taken = true;
        return reader;
      },
    },
  };
}
