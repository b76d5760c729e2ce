import type { EvictionPolicy } from '../policy.js';
import { createLinkedQueue } from './linked-queue.js';
import type { Linked } from './linked-queue.js';

interface Node extends Linked<Node> {
  readonly key: string;
  readonly bytes: number;
  /** Uses since it came or was last spared, 3 at most. */
  uses: number;
}

const smallShare = 0.1;
const mostUses = 3;

/**
 * S3-FIFO (Yang and others, SOSP 2023): a small queue for a tenth of the bytes, a main queue for the rest, and a ghost
 * queue of keys that left the small one, as many bytes of them as the main queue may hold. New things begin in the small
 * queue; what was used more than once there, or comes back while the ghost queue knows it, goes to the main one.
 */
export function createS3Fifo(maxBytes: number): EvictionPolicy {
  const held = new Map<string, Node>();
  const small = createLinkedQueue<Node>();
  const main = createLinkedQueue<Node>();
  const ghosts = new Map<string, Node>();
  const ghostQueue = createLinkedQueue<Node>();
  const smallBytesMax = maxBytes * smallShare;
  let smallBytes = 0;
  let mainBytes = 0;
  let ghostBytes = 0;

  const forget = (ghost: Node): void => {
    ghosts.delete(ghost.key);
    ghostQueue.remove(ghost);
    ghostBytes -= ghost.bytes;
  };
  const remember = (node: Node): void => {
    ghosts.set(node.key, node);
    ghostQueue.add(node);
    ghostBytes += node.bytes;
    for (let oldest = ghostQueue.oldest(); oldest && ghostBytes > maxBytes - smallBytesMax;) {
      forget(oldest);
      oldest = ghostQueue.oldest();
    }
  };
  const addToMain = (node: Node): void => {
    node.uses = 0;
    main.add(node);
    mainBytes += node.bytes;
  };
  const evictFromMain = (): void => {
    for (let node = main.oldest(); node; node = main.oldest()) {
      main.remove(node);
      if (node.uses === 0) {
        held.delete(node.key);
        mainBytes -= node.bytes;
        return;
      }
      node.uses -= 1;
      main.add(node);
    }
  };
  const evictFromSmall = (): void => {
    for (let node = small.oldest(); node; node = small.oldest()) {
      small.remove(node);
      smallBytes -= node.bytes;
      if (node.uses <= 1) {
        held.delete(node.key);
        remember(node);
        return;
      }
      addToMain(node);
    }
  };
  const makeRoom = (bytes: number): void => {
    while (smallBytes + mainBytes + bytes > maxBytes) {
      if (smallBytes >= smallBytesMax || mainBytes === 0) evictFromSmall();
      else evictFromMain();
    }
  };

  return {
    get bytes() {
      return smallBytes + mainBytes;
    },
    access(key, bytes) {
      const known = held.get(key);
      if (known) {
        known.uses = Math.min(known.uses + 1, mostUses);
        return true;
      }
      if (bytes > maxBytes) return false;
      makeRoom(bytes);
      const node: Node = { key, bytes, uses: 0, newer: undefined, older: undefined };
      held.set(key, node);
      const ghost = ghosts.get(key);
      if (ghost === undefined) {
        small.add(node);
        smallBytes += bytes;
      } else {
        forget(ghost);
        addToMain(node);
      }
      return false;
    },
  };
}
