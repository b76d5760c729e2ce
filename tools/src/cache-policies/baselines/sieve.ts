import type { EvictionPolicy } from '../policy.js';
import { createLinkedQueue } from './linked-queue.js';
import type { Linked } from './linked-queue.js';

interface Node extends Linked<Node> {
  readonly key: string;
  readonly bytes: number;
  visited: boolean;
}

/**
 * SIEVE (Zhang and others, NSDI 2024): a queue and a hand that goes from its tail to its head. What was used since the
 * hand last passed is spared and stays where it is; the first that was not leaves.
 */
export function createSieve(maxBytes: number): EvictionPolicy {
  const held = new Map<string, Node>();
  const queue = createLinkedQueue<Node>();
  let hand: Node | undefined;
  let total = 0;

  const evict = (): void => {
    let victim = hand ?? queue.oldest();
    while (victim?.visited) {
      victim.visited = false;
      victim = victim.newer ?? queue.oldest();
    }
    if (!victim) return;
    hand = victim.newer;
    queue.remove(victim);
    held.delete(victim.key);
    total -= victim.bytes;
  };

  return {
    get bytes() {
      return total;
    },
    access(key, bytes) {
      const known = held.get(key);
      if (known) {
        known.visited = true;
        return true;
      }
      if (bytes > maxBytes) return false;
      while (total + bytes > maxBytes) evict();
      const node: Node = { key, bytes, visited: false, newer: undefined, older: undefined };
      held.set(key, node);
      queue.add(node);
      total += bytes;
      return false;
    },
  };
}
