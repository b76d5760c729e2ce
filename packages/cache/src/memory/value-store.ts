import { createDemandMemory, hashKey } from './demand-memory.js';
import { createPriorityHeap } from './priority-heap.js';

/** What keeping something costs and brings. */
export interface Weight {
  /**
   * Bytes it counts for, a whole number. What the store itself needs (the key and about 200 bytes) counts only where
   * it is included here.
   */
  readonly bytes: number;
  /** What each hit saves, in any unit, 0 or more: only ratios matter. */
  readonly worth: number;
}

export interface ValueStoreOptions<V> {
  /** Most values at a time. */
  readonly maxEntries: number;
  /** Most bytes of all values together. */
  readonly maxBytes: number;
  /**
   * Told of each value that left to make room, and for want of what; not of those that were removed, replaced or never
   * admitted. It must not call the store.
   *
   * @default nobody is told
   */
  readonly onEvicted?: (key: string, value: V, reason: 'entries' | 'bytes') => void;
}

/** Keeps what saves most for its size. Every operation takes O(log n) or less, amortised, but for `clear` and `resize`. */
export interface ValueStore<V> {
  /** What is kept under a key. It counts as a use; a miss counts as demand, should the key have been kept before. */
  get(key: string): V | undefined;
  /** The same, but nobody can tell afterwards. */
  peek(key: string): V | undefined;
  /**
   * Keeps a value in place of the key's old one, which is gone in any case.
   *
   * @returns false when it is not admitted: too large, or of less value than what remains once room is made
   */
  set(key: string, value: V, weight: Weight): boolean;
  /** @returns whether something was kept under that key */
  delete(key: string): boolean;
  /** Forgets everything, also how often anything was asked for. */
  clear(): void;
  /** Everything, in no order that means anything. Values may be removed on the way. */
  entries(): IterableIterator<readonly [key: string, value: V]>;
  /**
   * Changes how many bytes are kept, and evicts the least valuable until they fit.
   *
   * @returns what was evicted
   */
  resize(maxBytes: number): { readonly entries: number; readonly bytes: number };
  readonly size: number;
  /** Bytes of all values together. */
  readonly bytes: number;
  readonly maxBytes: number;
}

/** What a use counts for as long as there are fewer than two: most of what is asked for once stays alone. */
const onceUsed = 0.5;
/** How much of its uses an evicted key keeps: what was asked for long ago says less about tomorrow. */
const remembered = 0.5;
/** Evicted keys that are remembered, for each that is kept. */
const memoryFactor = 2;
/** Most worth per byte, so that no sum of such numbers overflows. */
const maxDensity = 1e30;
/** Values are brought back to small numbers after at least as many evictions. */
const evictionsPerRebase = 1024;

/**
 * A store that evicts by value, after GDSF (Cherkasova 1998, "Improving WWW proxies performance with
 * Greedy-Dual-Size-Frequency caching policy") with a memory of evicted keys.
 *
 * What is used gets the value `age + uses x worth / bytes`, and what has the least value leaves, which makes its value the
 * new age: so whatever is no longer used is overtaken in the end, the later the more it was worth. A newcomer of little
 * worth is itself the first to leave. A key that comes back soon after it was evicted takes up where it left.
 *
 * Deterministic: the same calls leave the same values.
 */
export function createValueStore<V>(options: ValueStoreOptions<V>): ValueStore<V> {
  const { maxEntries, onEvicted } = options;
  let { maxBytes } = options;
  let places = new Map<string, number>();
  let heap = createPriorityHeap();
  let demand = createDemandMemory();
  let total = 0;
  let age = 0;
  let evictions = 0;
  let hashed = '';
  let hash = hashKey(hashed);
  // By place.
  let keys: string[] = [];
  let values: (V | undefined)[] = [];
  let sizes = new Float64Array(heap.capacity);
  let densities = new Float32Array(heap.capacity);
  let uses = new Float32Array(heap.capacity);
  let hashes = new Int32Array(heap.capacity);

  const priorityOf = (count: number, density: number): number => age + (count < 2 ? count * onceUsed : count) * density;

  const allocate = (): void => {
    sizes = new Float64Array(heap.capacity);
    densities = new Float32Array(heap.capacity);
    uses = new Float32Array(heap.capacity);
    hashes = new Int32Array(heap.capacity);
  };
  const widen = (): void => {
    const narrow = { sizes, densities, uses, hashes };
    allocate();
    sizes.set(narrow.sizes);
    densities.set(narrow.densities);
    uses.set(narrow.uses);
    hashes.set(narrow.hashes);
  };
  const release = (key: string, place: number): void => {
    places.delete(key);
    heap.remove(place);
    keys[place] = '';
    values[place] = undefined;
    total -= sizes[place] as number;
  };
  const remember = (place: number): void => {
    demand.reserve(memoryFactor * heap.size);
    demand.remember(hashes[place] as number, (uses[place] as number) * remembered);
  };
  // A miss is followed by the same key as a rule, and hashing is what takes longest.
  const toHash = (key: string): number => {
    if (key !== hashed) {
      hashed = key;
      hash = hashKey(key);
    }
    return hash;
  };
  /** Numbers that only grow would lose the small differences between them. */
  const rebase = (): void => {
    heap.lower(age);
    age = 0;
    evictions = 0;
  };
  const lackOf = (): 'entries' | 'bytes' | undefined =>
    heap.size > maxEntries ? 'entries' : total > maxBytes ? 'bytes' : undefined;
  /** @returns whether the newcomer was among those that left */
  const makeRoom = (newcomer?: number): boolean => {
    let isAdmitted = true;
    for (let reason = lackOf(); reason !== undefined; reason = lackOf()) {
      const place = heap.least();
      if (place === undefined) break;
      const key = keys[place] as string;
      const value = values[place] as V;
      age = heap.priorityOf(place);
      remember(place);
      release(key, place);
      if (place === newcomer) isAdmitted = false;
      else onEvicted?.(key, value, reason);
      evictions += 1;
      if (evictions > evictionsPerRebase && evictions > heap.size) rebase();
    }
    return isAdmitted;
  };

  return {
    get(key) {
      const place = places.get(key);
      if (place === undefined) {
        demand.demand(toHash(key));
        return undefined;
      }
      const count = (uses[place] as number) + 1;
      uses[place] = count;
      heap.raise(place, priorityOf(count, densities[place] as number));
      return values[place];
    },
    peek(key) {
      const place = places.get(key);
      return place === undefined ? undefined : values[place];
    },
    set(key, value, { bytes, worth }) {
      const old = places.get(key);
      const count = old === undefined ? Math.max(1, demand.take(toHash(key))) : (uses[old] as number);
      if (old !== undefined) release(key, old);
      if (bytes > maxBytes) return false;
      const density = worth > 0 ? Math.min(worth / Math.max(bytes, 1), maxDensity) : 0;
      const place = heap.add(priorityOf(count, density));
      if (heap.capacity > sizes.length) widen();
      places.set(key, place);
      keys[place] = key;
      values[place] = value;
      sizes[place] = bytes;
      densities[place] = density;
      uses[place] = count;
      hashes[place] = toHash(key);
      total += bytes;
      return makeRoom(place);
    },
    delete(key) {
      const place = places.get(key);
      if (place === undefined) return false;
      remember(place);
      release(key, place);
      return true;
    },
    clear() {
      places = new Map();
      heap = createPriorityHeap();
      demand = createDemandMemory();
      keys = [];
      values = [];
      allocate();
      total = 0;
      age = 0;
      evictions = 0;
    },
    *entries() {
      for (const [key, place] of places) yield [key, values[place] as V] as const;
    },
    resize(bytes) {
      const before = { entries: heap.size, bytes: total };
      maxBytes = bytes;
      makeRoom();
      return { entries: before.entries - heap.size, bytes: before.bytes - total };
    },
    get size() {
      return heap.size;
    },
    get bytes() {
      return total;
    },
    get maxBytes() {
      return maxBytes;
    },
  };
}
