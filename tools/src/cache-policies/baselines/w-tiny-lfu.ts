import type { EvictionPolicy } from '../policy.js';
import { createFrequencySketch, hashText } from './frequency-sketch.js';
import { createLinkedQueue } from './linked-queue.js';
import type { Linked, LinkedQueue } from './linked-queue.js';

/** A part of the cache, kept in the order of use. */
interface Segment {
  readonly queue: LinkedQueue<Node>;
  readonly maxBytes: number;
  bytes: number;
}

interface Node extends Linked<Node> {
  readonly key: string;
  readonly hash: number;
  readonly bytes: number;
  segment: Segment;
}

const windowShare = 0.01;
const protectedShare = 0.8;
/** Counts are halved after so many requests for each entry. */
const sampleFactor = 10;

const createSegment = (maxBytes: number): Segment => ({ queue: createLinkedQueue(), maxBytes, bytes: 0 });

/**
 * W-TinyLFU (Einziger and others, 2017): an LRU window for a hundredth of the bytes before a segmented LRU. What leaves
 * the window stays when a sketch has seen it more often than all that it would push out together (aggregated victims,
 * as the authors propose for things of different sizes, 2021).
 */
export function createWTinyLfu(maxBytes: number): EvictionPolicy {
  const held = new Map<string, Node>();
  const window = createSegment(maxBytes * windowShare);
  const mainBytesMax = maxBytes - window.maxBytes;
  const probation = createSegment(mainBytesMax);
  const guarded = createSegment(mainBytesMax * protectedShare);
  const sketch = createFrequencySketch(2 ** 16);
  let counted = 0;

  const count = (hash: number): void => {
    sketch.add(hash);
    counted += 1;
    if (counted < sampleFactor * Math.max(held.size, 100)) return;
    sketch.halve();
    counted = 0;
  };
  const move = (node: Node, segment: Segment): void => {
    node.segment.queue.remove(node);
    node.segment.bytes -= node.bytes;
    node.segment = segment;
    segment.queue.add(node);
    segment.bytes += node.bytes;
  };
  const evict = (node: Node): void => {
    node.segment.queue.remove(node);
    node.segment.bytes -= node.bytes;
    held.delete(node.key);
  };
  const protect = (node: Node): void => {
    move(node, guarded);
    for (let oldest = guarded.queue.oldest(); oldest && guarded.bytes > guarded.maxBytes;) {
      move(oldest, probation);
      oldest = guarded.queue.oldest();
    }
  };

  /** Lets something into the main part when it is asked for more often than what has to go for it. */
  const admit = (candidate: Node): void => {
    const excess = (): number => probation.bytes + guarded.bytes + candidate.bytes - mainBytesMax;
    const victims: Node[] = [];
    let freed = 0;
    let uses = 0;
    let victim = probation.queue.oldest() ?? guarded.queue.oldest();
    while (victim && freed < excess()) {
      victims.push(victim);
      freed += victim.bytes;
      uses += sketch.countOf(victim.hash);
      victim = victim.newer ?? (victim.segment === probation ? guarded.queue.oldest() : undefined);
    }
    if (freed < excess() || (victims.length > 0 && sketch.countOf(candidate.hash) <= uses)) {
      evict(candidate);
      return;
    }
    for (const one of victims) evict(one);
    move(candidate, probation);
  };

  return {
    get bytes() {
      return window.bytes + probation.bytes + guarded.bytes;
    },
    access(key, bytes) {
      const known = held.get(key);
      const hash = known?.hash ?? hashText(key);
      count(hash);
      if (known) {
        if (known.segment === probation) protect(known);
        else move(known, known.segment);
        return true;
      }
      if (bytes > maxBytes) return false;
      const node: Node = { key, hash, bytes, segment: window, newer: undefined, older: undefined };
      held.set(key, node);
      window.queue.add(node);
      window.bytes += bytes;
      for (let oldest = window.queue.oldest(); oldest && window.bytes > window.maxBytes;) {
        admit(oldest);
        oldest = window.queue.oldest();
      }
      return false;
    },
  };
}
