import type { CreatePolicy } from './policy.js';

const keyLength = 78;

/** Makes keys that nothing but their holder keeps alive, each a flat string of its own. */
const createKeys = (): ((index: number) => string) => {
  const text = Buffer.alloc(keyLength, 'k');
  return (index) => {
    text.write(index.toString(16).padStart(16, '0'), 'latin1');
    return text.toString('latin1');
  };
};

/** Collects garbage and says what is left, in and beyond the heap. */
const usedBytes = (collectGarbage: () => void): number => {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/**
 * What a policy needs for each entry beyond its key and its data, after three times as many entries came and went as
 * stay: so what it remembers of those that left is counted in, with their keys.
 *
 * @param collectGarbage node's `gc`, of `--expose-gc`
 * @param entries how many it may hold, each counted as one byte
 */
export function measureOverhead(create: CreatePolicy, entries: number, collectGarbage: () => void): number {
  const keyOf = createKeys();
  const beforeKeys = usedBytes(collectGarbage);
  const keys = Array.from({ length: entries }, (_, index) => keyOf(index));
  const keyBytes = (usedBytes(collectGarbage) - beforeKeys) / keys.length - 8;
  keys.length = 0;

  const before = usedBytes(collectGarbage);
  const policy = create(entries);
  for (let index = 0; index < 4 * entries; index += 1) policy.access(keyOf(index), 1, 1 + (index % 97));
  const after = usedBytes(collectGarbage);
  return (after - before) / policy.bytes - keyBytes;
}
