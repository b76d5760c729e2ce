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
  /** An entry that has not expired. */
  get(key: string): Entry | undefined;
  /** Keeps an entry; replaces one of the same key. False when it is too large or has expired. */
  set(key: string, entry: Entry): boolean;
  delete(key: string): void;
  clear(): void;
  readonly entries: number;
  /** What the entries take, as counted by `entryBytes`. */
  readonly bytes: number;
}

/** What V8 needs for an entry beyond its key, its bytes and its headers; measured with the usual fields. */
const OVERHEAD_BYTES = 800;

/** Bytes that an entry takes in memory. */
export const entryBytes = (key: string, entry: Entry): number => {
  let bytes = OVERHEAD_BYTES + key.length + entry.bytes.byteLength;
  for (const [name, value] of Object.entries(entry.headers)) bytes += name.length + value.length;
  for (const { path, reason } of entry.losses) bytes += path.length + reason.length;
  return bytes;
};

interface Slot {
  readonly entry: Entry;
  readonly bytes: number;
}

export function createMemoryTier(options: MemoryTierOptions): MemoryTier {
  const { clock, maxEntries, maxBytes, maxEntryBytes, onEvicted } = options;
  /** A Map keeps the order of insertion: what is used is put in again, so the first one is the least recently used. */
  const slots = new Map<string, Slot>();
  let total = 0;

  const remove = (key: string, slot: Slot): void => {
    slots.delete(key);
    total -= slot.bytes;
  };

  const makeRoom = (): void => {
    for (const [key, slot] of slots) {
      const reason = slots.size > maxEntries ? 'entries' : total > maxBytes ? 'bytes' : undefined;
      if (reason === undefined) return;
      remove(key, slot);
      onEvicted(reason, 1);
    }
  };

  return {
    get(key) {
      const slot = slots.get(key);
      if (slot === undefined) return undefined;
      if (slot.entry.expiresAtMs <= clock.epochMs()) {
        remove(key, slot);
        onEvicted('expired', 1);
        return undefined;
      }
      slots.delete(key);
      slots.set(key, slot);
      return slot.entry;
    },
    set(key, entry) {
      const bytes = entryBytes(key, entry);
      const old = slots.get(key);
      if (old !== undefined) remove(key, old);
      if (entry.bytes.byteLength > maxEntryBytes || bytes > maxBytes || entry.expiresAtMs <= clock.epochMs()) return false;
      slots.set(key, { entry, bytes });
      total += bytes;
      makeRoom();
      return slots.has(key);
    },
    delete(key) {
      const slot = slots.get(key);
      if (slot !== undefined) remove(key, slot);
    },
    clear() {
      slots.clear();
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
