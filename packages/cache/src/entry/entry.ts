import type { DialectId, FinishReason, Framing, Loss, Target, Usage } from '@claudette/core';

import type { EntryLabel, EntrySummary, Savings } from './entry-label.js';

/** A complete answer as it is kept: the provider's own bytes and what was learnt from them. */
export interface Entry {
  /** The question it answers, as `digestRequest` names it. */
  readonly digest: string;
  /** Who answered. */
  readonly target: Target;
  readonly dialect: DialectId;
  /** An answer that came as a stream is replayed as one. */
  readonly framing: Framing;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The whole reply in one piece. Never written to. */
  readonly bytes: Uint8Array;
  readonly usage?: Usage;
  readonly finishReason?: FinishReason;
  /** What the request lost on its way to the target. */
  readonly losses: readonly Loss[];
  readonly label: EntryLabel;
  readonly savings: Savings;
  /**
   * When a stream's pieces came, for replays at the same pace: pairs of bytes and milliseconds, both counted since the
   * pair before. Absent: it came whole.
   */
  readonly pace?: readonly number[] | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly storedAtMs: number;
  /** Milliseconds since the Unix epoch; from then on the entry is served only where every backend fails. */
  readonly expiresAtMs: number;
  /** Milliseconds since the Unix epoch, an integer, no earlier than the expiry; from then on the entry is not kept. */
  readonly keptUntilMs: number;
}

/** An entry as it is listed. */
export const toSummary = (
  key: string,
  { label, savings, target, bytes, storedAtMs, expiresAtMs }: Entry,
): EntrySummary => ({
  key,
  ...label,
  ...savings,
  target: { backend: target.backend, model: target.model },
  bytes: bytes.byteLength,
  storedAtMs,
  expiresAtMs,
});
