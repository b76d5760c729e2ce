import type { EvictionPolicy } from '../policy.js';
import { createPriorityQueue } from './priority-queue.js';
import type { Queued } from './priority-queue.js';

interface Node extends Queued {
  readonly key: string;
  readonly bytes: number;
  uses: number;
}

/** What one more use makes something worth keeping for. */
export type Merit = (uses: number, bytes: number, worth: number) => number;

/**
 * Throws out the lowest priority: the merit of something, plus the age of the cache when it was used last. The age is
 * the highest priority that was ever thrown out, so that what was popular once does not stay for ever.
 */
export function createByPriority(maxBytes: number, meritOf: Merit): EvictionPolicy {
  const held = new Map<string, Node>();
  const queue = createPriorityQueue<Node>();
  let total = 0;
  let age = 0;
  let order = 0;

  return {
    get bytes() {
      return total;
    },
    access(key, bytes, worth) {
      order += 1;
      const known = held.get(key);
      if (known) {
        known.uses += 1;
        known.priority = age + meritOf(known.uses, bytes, worth);
        known.order = order;
        queue.raised(known);
        return true;
      }
      if (bytes > maxBytes) return false;
      for (let victim = queue.first(); victim && total + bytes > maxBytes; victim = queue.first()) {
        age = victim.priority;
        queue.shift();
        held.delete(victim.key);
        total -= victim.bytes;
      }
      const node = { key, bytes, uses: 1, priority: age + meritOf(1, bytes, worth), order, place: 0 };
      held.set(key, node);
      queue.push(node);
      total += bytes;
      return false;
    },
  };
}
