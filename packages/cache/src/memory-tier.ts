import type { Clock } from '@claudette/core';

import type { Entry } from './entry.js';

export interface MemoryTierOptions {
  readonly clock: Clock;
  readonly maxEntries: number;
  /** Most bytes that all entries together may take, keys and overhead included. */
  readonly maxBytes: number;
  /** Larger answers are not kept: one of them would push out many. */
  readonly maxEntryBytes: number;
  /** Told whenever entries leave other than by `delete` and `clear`. */
  readonly onEvicted: (reason: 'entries' | 'bytes' | 'expired', count: number) => void;
}

/** Answers in memory, the least recently used leaving first. Each operation takes the same time however many there are. */
export interface MemoryTier {
  /** An entry that is kept, expired or not; it counts as used. */
  get(key: string): Entry | undefined;
  /** The same, but nobody can tell afterwards that it was asked for. */
  peek(key: string): Entry | undefined;
  /** Keeps an entry; replaces one of the same key. False when it is too large or its time is over. */
  set(key: string, entry: Entry): boolean;
  delete(key: string): void;
  clear(): void;
  readonly entries: number;
  /** What the entries take, as counted by `entryBytes`. */
  readonly bytes: number;
}

/** What V8 needs for an entry beyond its key, its bytes and its headers; measured with the usual fields. */
const OVERHEAD_BYTES = 820;

/** Bytes that an entry takes in memory. */
export const entryBytes = (key: string, entry: Entry): number => {
  let bytes = OVERHEAD_BYTES + key.length + entry.bytes.byteLength;
  for (const [name, value] of Object.entries(entry.headers)) bytes += name.length + value.length;
  for (const { path, reason } of entry.losses) bytes += path.length + reason.length;
  return bytes;
};

/** A place in the order of use. (A Map's own order would do, but walking to its first key passes all that were deleted.) */
interface Slot {
  readonly key: string;
  readonly entry: Entry;
  readonly bytes: number;
  older: Slot | undefined;
  newer: Slot | undefined;
}

export function createMemoryTier(options: MemoryTierOptions): MemoryTier {
  const { clock, maxEntries, maxBytes, maxEntryBytes, onEvicted } = options;
  const slots = new Map<string, Slot>();
  let oldest: Slot | undefined;
  let newest: Slot | undefined;
  let total = 0;

  const unlink = (slot: Slot): void => {
    const { older, newer } = slot;
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
    // One that has left would keep its successors from being collected while they are young, which is when that is cheap.
    slot.older = undefined;
    slot.newer = undefined;
  };
  const append = (slot: Slot): void => {
    slot.older = newest;
    if (newest === undefined) oldest = slot;
    else newest.newer = slot;
    newest = slot;
  };
  const remove = (slot: Slot): void => {
    unlink(slot);
    slots.delete(slot.key);
    total -= slot.bytes;
  };
  const makeRoom = (): void => {
    while (oldest !== undefined) {
      const reason = slots.size > maxEntries ? 'entries' : total > maxBytes ? 'bytes' : undefined;
      if (reason === undefined) return;
      remove(oldest);
      onEvicted(reason, 1);
    }
  };

  return {
    get(key) {
      const slot = slots.get(key);
      if (slot === undefined) return undefined;
      if (slot.entry.keptUntilMs <= clock.epochMs()) {
        remove(slot);
        onEvicted('expired', 1);
        return undefined;
      }
      if (slot !== newest) {
        unlink(slot);
        append(slot);
      }
      return slot.entry;
    },
    peek(key) {
      const entry = slots.get(key)?.entry;
      return entry !== undefined && entry.keptUntilMs > clock.epochMs() ? entry : undefined;
    },
    set(key, entry) {
      const bytes = entryBytes(key, entry);
      const old = slots.get(key);
      if (old !== undefined) remove(old);
      if (entry.bytes.byteLength > maxEntryBytes || bytes > maxBytes || entry.keptUntilMs <= clock.epochMs())
        return false;
      const slot: Slot = { key, entry, bytes, older: undefined, newer: undefined };
      slots.set(key, slot);
      append(slot);
      total += bytes;
      makeRoom();
      return slots.has(key);
    },
    delete(key) {
      const slot = slots.get(key);
      if (slot !== undefined) remove(slot);
    },
    clear() {
      slots.clear();
      oldest = undefined;
      newest = undefined;
      total = 0;
    },
    get entries() {
      return slots.size;
    },
    get bytes() {
      return total;
    },
  };
}
