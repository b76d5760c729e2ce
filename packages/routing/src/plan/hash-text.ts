/** Where a hash begins (after FNV-1a, 32 bits). */
export const HASH_SEED = 0x811c9dc5;

const PRIME = 0x01000193;

/** Of a longer text only its beginning, its end and its length count. */
const EDGE = 64;

/** Two characters at a time: the multiplications, which wait for each other, are what it costs. */
const hashRange = (hash: number, text: string, from: number, to: number): number => {
  const even = to - ((to - from) & 1);
  let mixed = hash;
  for (let index = from; index < even; index += 2) {
    mixed = Math.imul(mixed ^ text.charCodeAt(index) ^ (text.charCodeAt(index + 1) << 16), PRIME);
  }
  return even === to ? mixed : Math.imul(mixed ^ text.charCodeAt(even), PRIME);
};

/**
 * Mixes a text into a hash, at a cost that does not grow with the text. For choosing among equals, never for telling
 * things apart: texts that differ only in their middle are the same to it.
 */
export function hashText(hash: number, text: string): number {
  const { length } = text;
  const mixed = Math.imul(hash ^ length, PRIME);
  if (length <= 2 * EDGE) return hashRange(mixed, text, 0, length);
  return hashRange(hashRange(mixed, text, 0, EDGE), text, length - EDGE, length);
}

/** Two hashes as one whose bits all depend on all of theirs (the finalizer of MurmurHash3): an integer from 0 up. */
export function mixHashes(one: number, other: number): number {
  let mixed = one ^ other;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
