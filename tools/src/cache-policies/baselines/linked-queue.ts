/** Something that stands in one queue at a time. The queue writes both neighbours. */
export interface Linked<T> {
  /** Nearer to the head: came later. */
  newer: T | undefined;
  /** Nearer to the tail: came earlier. */
  older: T | undefined;
}

/** First in, first out, and anything in between can leave: every operation takes O(1). */
export interface LinkedQueue<T extends Linked<T>> {
  /** Puts it at the head. */
  add(node: T): void;
  remove(node: T): void;
  /** The tail: what came first of all that is here. */
  oldest(): T | undefined;
}

/** An empty queue. */
export function createLinkedQueue<T extends Linked<T>>(): LinkedQueue<T> {
  let head: T | undefined;
  let tail: T | undefined;
  return {
    oldest: () => tail,
    add(node) {
      node.older = head;
      node.newer = undefined;
      if (head) head.newer = node;
      else tail = node;
      head = node;
    },
    remove({ newer, older }) {
      if (newer) newer.older = older;
      else head = older;
      if (older) older.newer = newer;
      else tail = newer;
    },
  };
}
