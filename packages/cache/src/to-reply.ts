import type { CacheStatus, Reply } from '@claudette/core';

import type { Entry } from './entry.js';
import { onePiece } from './one-piece.js';

/** A stored answer as a reply. Its outcome is known from the start: the provider's last word is in hand. */
export function toReply(entry: Entry, cache: Extract<CacheStatus, 'hit' | 'stale'>, nowMs: number): Reply {
  const { target, dialect, framing, status, headers, bytes, usage, finishReason, losses } = entry;
  return {
    target,
    dialect,
    framing,
    status,
    headers,
    losses,
    cache,
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
    bytes: onePiece(bytes),
  };
}
