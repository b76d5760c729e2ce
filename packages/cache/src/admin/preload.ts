import type { Clock } from '@claudette/core';

import { entryBytes } from '../memory/memory-tier.js';
import type { MemoryTier } from '../memory/memory-tier.js';
import type { SecondTier } from '../second-tier/second-tier.js';
import { peekInSteps } from './peek-in-steps.js';
import type { Removals } from './removals.js';

/** What came of bringing entries into memory, so far. The keys seen are the sum of all but `bytes`. */
export interface PreloadReport {
  /** Brought into memory. */
  readonly loaded: number;
  /** What those take. */
  readonly bytes: number;
  /** In memory already. */
  readonly present: number;
  /** In neither tier, expired, or not brought by a store that does not answer. */
  readonly missing: number;
  /** Left where they are: they do not fit into the budget, or memory holds what is worth more. */
  readonly refused: number;
}

export interface PreloadOptions {
  /** The most wanted first. */
  readonly keys: readonly string[];
  /** Most bytes that may be brought. @default what is free in memory, so that nothing has to leave */
  readonly maxBytes?: number | undefined;
  /** Told after every few entries. */
  readonly onProgress?: ((report: PreloadReport) => void) | undefined;
}

/** Brings entries from the second tier into memory. Never rejects: what the store does not bring is missing. */
export async function preload(
  clock: Clock,
  memory: MemoryTier,
  secondTier: SecondTier | undefined,
  removals: Pick<Removals, 'meanStored'>,
  { keys, maxBytes = memory.maxBytes - memory.bytes, onProgress }: PreloadOptions,
): Promise<PreloadReport> {
  const report = { loaded: 0, bytes: 0, present: 0, missing: 0, refused: 0 };
  for await (const step of peekInSteps(keys, secondTier)) {
    const nowMs = clock.epochMs();
    for (const { key, entry } of step) {
      if (memory.peek(key) !== undefined) report.present += 1;
      else if (entry === undefined || entry.expiresAtMs <= nowMs || removals.meanStored(key, entry))
        report.missing += 1;
      else {
        const bytes = entryBytes(key, entry);
        if (report.bytes + bytes > maxBytes || !memory.set(key, entry)) report.refused += 1;
        else {
          report.loaded += 1;
          report.bytes += bytes;
        }
      }
    }
    onProgress?.({ ...report });
  }
  return report;
}
