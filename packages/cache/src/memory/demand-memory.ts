/** How often things were asked for that are not kept any more. Bounded: what left long ago is forgotten. */
export interface DemandMemory {
  /** Makes room for about as many keys, and never less than before. */
  reserve(keys: number): void;
  /** Notes that a key left. */
  remember(hash: number, uses: number): void;
  /** Somebody asked for it in vain. Nothing happens when the key is not remembered. */
  demand(hash: number): void;
  /** The uses of a key, which is forgotten with this; 0 when it is not remembered. */
  take(hash: number): number;
}

const bucketBits = 3;
const cellsPerBucket = 2 ** bucketBits;

/** What keys are remembered by: FNV-1a over pairs of UTF-16 units with a final mix. Never 0, which marks a free cell. */
export function hashKey(key: string): number {
  const { length } = key;
  const { imul } = Math;
  let hash = 0x811c9dc5 ^ length;
  // Two at a time: the multiplications, which wait for each other, are what it costs.
  for (let index = 0; index + 1 < length; index += 2) {
    hash = imul(hash ^ key.charCodeAt(index) ^ (key.charCodeAt(index + 1) << 16), 0x01000193);
    hash ^= hash >>> 15;
  }
  if (length % 2 === 1) hash = imul(hash ^ key.charCodeAt(length - 1), 0x01000193);
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13) || 1;
}

/**
 * A table of hashes and uses, 8 bytes a key. A key belongs into one bucket, where the latest stands first and the last
 * one falls out. Keys are not kept: that two share a hash is rare, and all that comes of it is a wrong guess.
 */
export function createDemandMemory(): DemandMemory {
  let hashes = new Int32Array(0);
  let uses = new Float32Array(0);

  const bucketOf = (hash: number): number => (hash << bucketBits) & (hashes.length - 1);

  /** The cell of a hash; -1 when it is not there. */
  const find = (hash: number): number => {
    if (hashes.length === 0) return -1;
    const bucket = bucketOf(hash);
    for (let cell = bucket; cell < bucket + cellsPerBucket; cell += 1) if (hashes[cell] === hash) return cell;
    return -1;
  };
  const fill = (cell: number, hash: number, count: number): void => {
    hashes[cell] = hash;
    uses[cell] = count;
  };
  const insert = (hash: number, count: number): void => {
    const bucket = bucketOf(hash);
    for (let cell = bucket + cellsPerBucket - 1; cell > bucket; cell -= 1)
      fill(cell, hashes[cell - 1] as number, uses[cell - 1] as number);
    fill(bucket, hash, count);
  };
  const removeAt = (start: number): void => {
    const last = start | (cellsPerBucket - 1);
    for (let cell = start; cell < last; cell += 1) fill(cell, hashes[cell + 1] as number, uses[cell + 1] as number);
    fill(last, 0, 0);
  };

  return {
    reserve(keys) {
      if (keys <= hashes.length) return;
      const [oldHashes, oldUses] = [hashes, uses];
      const cells = Math.max(cellsPerBucket, 2 ** Math.ceil(Math.log2(keys)));
      hashes = new Int32Array(cells);
      uses = new Float32Array(cells);
      // From the back: within a bucket the latest come last, and so stand first again.
      for (let cell = oldHashes.length - 1; cell >= 0; cell -= 1) {
        const hash = oldHashes[cell] as number;
        if (hash !== 0) insert(hash, oldUses[cell] as number);
      }
    },
    remember: insert,
    demand(hash) {
      const cell = find(hash);
      if (cell >= 0) uses[cell] = (uses[cell] as number) + 1;
    },
    take(hash) {
      const cell = find(hash);
      if (cell < 0) return 0;
      const count = uses[cell] as number;
      removeAt(cell);
      return count;
    },
  };
}
