import type { EvictionPolicy } from '../policy.js';

/** When it is full, throws out the quarter of its entries that came first, used or not; what caches made in a hurry do. */
export function createEvictQuarter(maxBytes: number): EvictionPolicy {
  const held = new Map<string, number>();
  let total = 0;

  const evictQuarter = (): void => {
    let left = Math.ceil(held.size / 4);
    for (const [oldest, size] of held) {
      if (left === 0) return;
      left -= 1;
      held.delete(oldest);
      total -= size;
    }
  };

  return {
    get bytes() {
      return total;
    },
    access(key, bytes) {
      if (held.has(key)) return true;
      if (bytes > maxBytes) return false;
      while (total + bytes > maxBytes) evictQuarter();
      held.set(key, bytes);
      total += bytes;
      return false;
    },
  };
}
