/** Something with a priority that stands in a queue. The queue writes `place`; nobody else does. */
export interface Queued {
  priority: number;
  /** Breaks ties: the lower one, so the older one, is first. */
  order: number;
  place: number;
}

/** The lowest priority first; every operation takes O(log n). */
export interface PriorityQueue<T extends Queued> {
  push(node: T): void;
  /** Puts a node in its new place after its priority went up. */
  raised(node: T): void;
  first(): T | undefined;
  /** Takes the first one out. */
  shift(): void;
}

/** A binary heap whose nodes know their places. */
export function createPriorityQueue<T extends Queued>(): PriorityQueue<T> {
  const heap: T[] = [];
  const isBefore = (one: T, other: T): boolean =>
    one.priority < other.priority || (one.priority === other.priority && one.order < other.order);
  const put = (node: T, place: number): void => {
    heap[place] = node;
    node.place = place;
  };

  const rise = (node: T): void => {
    let place = node.place;
    while (place > 0) {
      const above = heap[(place - 1) >> 1] as T;
      if (!isBefore(node, above)) break;
      put(above, place);
      place = (place - 1) >> 1;
    }
    put(node, place);
  };
  const sink = (node: T): void => {
    let place = node.place;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const below = left && right && isBefore(right, left) ? right : left;
      if (!below || !isBefore(below, node)) break;
      const emptied = below.place;
      put(below, place);
      place = emptied;
    }
    put(node, place);
  };

  return {
    push(node) {
      node.place = heap.length;
      heap.push(node);
      rise(node);
    },
    raised: sink,
    first: () => heap[0],
    shift() {
      const last = heap.pop();
      if (!last || heap.length === 0) return;
      last.place = 0;
      sink(last);
    },
  };
}
