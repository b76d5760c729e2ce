import type { Clock } from '@claudette/core';

import type { Entry } from '../entry/entry.js';
import { createValueStore } from './value-store.js';
import type { ValueStore } from './value-store.js';

export interface MemoryTierOptions {
  readonly clock: Clock;
  readonly maxEntries: number;
  /** Most bytes that all entries together may take, keys and overhead included. */
  readonly maxBytes: number;
  /** Larger answers are not kept: one of them would push out many. */
  readonly maxEntryBytes: number;
  /** Told whenever entries leave other than by `delete` and `clear`. It must not call the tier. */
  readonly onEvicted: (reason: 'entries' | 'bytes' | 'expired', count: number) => void;
}

/** Answers in memory. What saves least for its size and its use leaves first. Times are O(log n) or less. */
export interface MemoryTier {
  /** An entry that is kept, expired or not; it counts as used. */
  get(key: string): Entry | undefined;
  /** The same, but nobody can tell afterwards that it was asked for. */
  peek(key: string): Entry | undefined;
  /** Keeps an entry; replaces one of the same key. False when it is too large, saves too little or its time is over. */
  set(key: string, entry: Entry): boolean;
  /** Says whether there was one. */
  delete(key: string): boolean;
  clear(): void;
  /** Every entry that is kept, in no particular order. Entries may be deleted on the way. */
  walk(): IterableIterator<readonly [key: string, entry: Entry]>;
  /** Changes the most bytes; the least valuable leave until the rest fits. Says what left. */
  resize(maxBytes: number): { readonly entries: number; readonly bytes: number };
  readonly entries: number;
  /** What the entries take, as counted by `entryBytes`. */
  readonly bytes: number;
  readonly maxBytes: number;
}

/** What an entry takes beyond its key, bytes, headers and label; measured with the usual fields. */
const OVERHEAD_BYTES = 1_000;
const bytesPerNumber = 8;

/** Bytes that an entry takes in memory. */
export const entryBytes = (key: string, entry: Entry): number => {
  const { bytes: answer, headers, losses, label, pace } = entry;
  let bytes = OVERHEAD_BYTES + key.length + answer.byteLength + label.scope.id.length;
  for (const name in headers) bytes += name.length + (headers[name] ?? '').length;
  for (const { path, reason } of losses) bytes += path.length + reason.length;
  for (const tag of label.tags) bytes += tag.length;
  if (pace !== undefined) bytes += pace.length * bytesPerNumber;
  return bytes;
};

/** A second of waiting is worth as much as 0.001 of the currency in which prices are. */
const nanoPerMs = 1_000;
/** What a hit saves, in 10^-9 of that currency. A call whose price is unknown saves its time alone. */
const toWorth = ({ savings: { costNano = 0, durationMs } }: Entry): number => costNano + durationMs * nanoPerMs;

/** How many entries are looked at whenever one is stored, so that what is over does not take room for long. */
const sweptPerSet = 2;

export function createMemoryTier(options: MemoryTierOptions): MemoryTier {
  const { clock, maxEntries, maxBytes, maxEntryBytes, onEvicted } = options;
  const store: ValueStore<Entry> = createValueStore({
    maxEntries,
    maxBytes,
    onEvicted: (_key, _entry, reason) => onEvicted(reason, 1),
  });
  let sweep = store.entries();

  const isOver = (entry: Entry): boolean => entry.keptUntilMs <= clock.epochMs();
  const expire = (key: string): void => {
    store.delete(key);
    onEvicted('expired', 1);
  };
  const sweepOn = (): void => {
    for (let seen = 0; seen < sweptPerSet; seen += 1) {
      const next = sweep.next();
      if (next.done) {
        sweep = store.entries();
        return;
      }
      const [key, entry] = next.value;
      if (isOver(entry)) expire(key);
    }
  };

  return {
    get(key) {
      const entry = store.get(key);
      if (entry === undefined || !isOver(entry)) return entry;
      expire(key);
      return undefined;
    },
    peek(key) {
      const entry = store.peek(key);
      return entry === undefined || isOver(entry) ? undefined : entry;
    },
    set(key, entry) {
      sweepOn();
      if (entry.bytes.byteLength > maxEntryBytes || isOver(entry)) {
        store.delete(key);
        return false;
      }
      return store.set(key, entry, { bytes: entryBytes(key, entry), worth: toWorth(entry) });
    },
    delete: (key) => store.delete(key),
    clear() {
      store.clear();
      sweep = store.entries();
    },
    *walk() {
      for (const found of store.entries()) if (!isOver(found[1])) yield found;
    },
    resize: (bytes) => store.resize(bytes),
    get entries() {
      return store.size;
    },
    get bytes() {
      return store.bytes;
    },
    get maxBytes() {
      return store.maxBytes;
    },
  };
}
