import type { CacheStatus, Call, Clock, GatewayError, Outcome, Reply } from '@claudette/core';

import { keyFor } from '../key/cache-key.js';
import type { Entry } from './entry.js';
import { onePiece } from './one-piece.js';
import { createPacedBytes } from './paced.js';

/**
 * A stored answer as a reply. It comes at once, and its outcome is known from the start: the provider's last word is in
 * hand. Only a stream whose reader asks for the original pace comes piece by piece, and has its outcome when it is read.
 */
export function toReply(
  entry: Entry,
  cache: Extract<CacheStatus, 'hit' | 'stale'>,
  { request, context }: Pick<Call, 'request' | 'context'>,
  clock: Clock,
): Reply {
  const { target, dialect, framing, status, headers, bytes, losses, pace } = entry;
  // The clock may have been set back since.
  const ageMs = Math.max(0, clock.epochMs() - entry.storedAtMs);
  const reply: Omit<Reply, 'outcome' | 'cancel' | 'bytes'> = {
    target,
    dialect,
    framing,
    status,
    headers,
    losses,
    cache,
    cacheKey: keyFor(entry.digest, target),
    attempts: 0,
    ageMs,
  };
  if (pace !== undefined && context.pace === 'original' && request.stream) {
    return Object.assign(reply, replay(entry, pace, clock, context.signal));
  }
  return Object.assign(reply, {
    outcome: Promise.resolve(toOutcome(entry)),
    cancel: () => undefined,
    bytes: onePiece(bytes),
  });
}

const replay = (
  entry: Entry,
  pace: readonly number[],
  clock: Clock,
  signal: Call['context']['signal'],
): Pick<Reply, 'outcome' | 'cancel' | 'bytes'> => {
  let settle: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
  const onEnd = (cause?: GatewayError): void => settle(toOutcome(entry, cause));
  const { bytes, cancel } = createPacedBytes({ bytes: entry.bytes, pace, clock, signal, onEnd });
  return { outcome, bytes, cancel };
};

const toOutcome = ({ bytes, usage, finishReason }: Entry, cause?: GatewayError): Outcome => ({
  kind: cause === undefined ? 'complete' : cause.domain === 'caller' ? 'abandoned' : 'failed',
  cause,
  receivedBytes: bytes.byteLength,
  usage,
  finishReason,
});
