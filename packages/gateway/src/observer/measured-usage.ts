import { estimateUsage, noUsage } from '@claudette/core';
import type { Framing, Operation, Outcome, Usage } from '@claudette/core';

/** A streamed token travels in about this many bytes of frame: 150 to 250 with the big providers. */
const FRAME_BYTES_PER_TOKEN = 200;
const TEXT_BYTES_PER_TOKEN = 4;

/**
 * What an exchange used. A complete reply's own count is taken as it is. Where the provider did not come to count, what
 * was received is estimated and marked: an aborted stream is billed for what was delivered. Counting uses nothing, and
 * vectors are no tokens.
 */
export function measuredUsage(
  operation: Operation,
  outcome: Outcome,
  framing: Framing,
  requestBytes: number,
): Usage | undefined {
  if (operation === 'count') return undefined;
  const { usage, kind, receivedBytes } = outcome;
  if (kind === 'complete' && usage !== undefined) return usage;
  if (operation === 'embed') return usage ?? estimateUsage(requestBytes, 0);
  const textBytes = framing === 'sse' ? (receivedBytes / FRAME_BYTES_PER_TOKEN) * TEXT_BYTES_PER_TOKEN : receivedBytes;
  const estimate = estimateUsage(requestBytes, textBytes);
  if (usage === undefined) return estimate;
  return {
    ...noUsage,
    ...usage,
    outputTokens: Math.max(usage.outputTokens, estimate.outputTokens),
    source: 'estimated',
  };
}
