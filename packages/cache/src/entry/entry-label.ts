import type { Operation, Target } from '@claudette/core';

import type { ScopeKind } from '../key/scope.js';

/** What an entry is found by when entries are listed or invalidated. Nothing of what was asked or answered. */
export interface EntryLabel {
  /** Who may see it. */
  readonly scope: { readonly kind: ScopeKind; readonly id: string };
  readonly operation: Operation;
  /** The labels of the call that made it. */
  readonly tags: readonly string[];
}

/** What a hit saves. */
export interface Savings {
  /** What the call cost, in 10^-9 of the currency in which prices are. Absent: its price is unknown. */
  readonly costNano?: number | undefined;
  /** From the call to the answer's last byte. */
  readonly durationMs: number;
}

/** An entry as it is listed. */
export interface EntrySummary extends EntryLabel, Savings {
  /** Under which it is stored: question and target. */
  readonly key: string;
  readonly target: Pick<Target, 'backend' | 'model'>;
  /** Size of the answer. */
  readonly bytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly storedAtMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}
