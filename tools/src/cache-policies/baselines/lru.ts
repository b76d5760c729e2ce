import type { EvictionPolicy } from '../policy.js';
import { createLinkedQueue } from './linked-queue.js';
import type { Linked } from './linked-queue.js';

interface Node extends Linked<Node> {
  readonly key: string;
  readonly bytes: number;
}

/** Throws out what was not used for the longest time. */
export function createLru(maxBytes: number): EvictionPolicy {
  const held = new Map<string, Node>();
  const queue = createLinkedQueue<Node>();
  let total = 0;

  return {
    get bytes() {
      return total;
    },
    access(key, bytes) {
      const known = held.get(key);
      if (known) {
        queue.remove(known);
        queue.add(known);
        return true;
      }
      if (bytes > maxBytes) return false;
      for (let oldest = queue.oldest(); oldest && total + bytes > maxBytes; oldest = queue.oldest()) {
        queue.remove(oldest);
        held.delete(oldest.key);
        total -= oldest.bytes;
      }
      const node: Node = { key, bytes, newer: undefined, older: undefined };
      held.set(key, node);
      queue.add(node);
      total += bytes;
      return false;
    },
  };
}
