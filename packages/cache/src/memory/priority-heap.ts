/** Places in order of priority, the least first; of equal priorities the one that was raised longest ago. */
export interface PriorityHeap {
  /** How many places are taken. */
  readonly size: number;
  /** Places are numbers below this. It grows as places are needed and never shrinks. */
  readonly capacity: number;
  /** Takes a place. Time: O(log size). */
  add(priority: number): number;
  /** Gives a place another priority, no lower than before. Time: O(1), as what rose is put in order only when it would come first. */
  raise(place: number, priority: number): void;
  priorityOf(place: number): number;
  /** The place of least priority; undefined when none is taken. Time: O(log size), amortised. */
  least(): number | undefined;
  /** Gives a place back. Time: O(log size). */
  remove(place: number): void;
  /** Takes the same from all priorities, which leaves their order as it is. Time: O(size). */
  lower(by: number): void;
}

const firstCapacity = 64;
const growth = 1.25;

/**
 * A binary heap in arrays of numbers: 44 bytes a place, and nothing that a garbage collector would have to visit.
 *
 * Each node holds the priority by which its place was ordered last; `priorities` holds the present one, which may be higher.
 */
export function createPriorityHeap(): PriorityHeap {
  let size = 0;
  let capacity = firstCapacity;
  let raises = 0;
  // By node. Behind the last node stand the places that are free.
  let places = new Uint32Array(capacity).map((_, place) => place);
  let orderedPriorities = new Float64Array(capacity);
  let orderedTurns = new Float64Array(capacity);
  // By place.
  let nodes = new Uint32Array(capacity);
  let priorities = new Float64Array(capacity);
  let turns = new Float64Array(capacity);

  const grow = (): void => {
    const next = Math.ceil(capacity * growth);
    const widen = <A extends Float64Array | Uint32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    places = widen(places, new Uint32Array(next));
    for (let place = capacity; place < next; place += 1) places[place] = place;
    orderedPriorities = widen(orderedPriorities, new Float64Array(next));
    orderedTurns = widen(orderedTurns, new Float64Array(next));
    nodes = widen(nodes, new Uint32Array(next));
    priorities = widen(priorities, new Float64Array(next));
    turns = widen(turns, new Float64Array(next));
    capacity = next;
  };

  const put = (node: number, place: number, priority: number, turn: number): void => {
    places[node] = place;
    orderedPriorities[node] = priority;
    orderedTurns[node] = turn;
    nodes[place] = node;
  };
  const move = (from: number, to: number): void =>
    put(to, places[from] as number, orderedPriorities[from] as number, orderedTurns[from] as number);

  /** Whether what stands at a node goes before this priority. */
  const isBefore = (node: number, priority: number, turn: number): boolean => {
    const other = orderedPriorities[node] as number;
    return other < priority || (other === priority && (orderedTurns[node] as number) < turn);
  };
  const siftUp = (start: number, place: number, priority: number, turn: number): void => {
    let node = start;
    while (node > 0) {
      const parent = (node - 1) >> 1;
      if (isBefore(parent, priority, turn)) break;
      move(parent, node);
      node = parent;
    }
    put(node, place, priority, turn);
  };
  const siftDown = (start: number, place: number, priority: number, turn: number): void => {
    let node = start;
    for (;;) {
      let child = 2 * node + 1;
      if (child >= size) break;
      const sibling = child + 1;
      if (sibling < size && isBefore(sibling, orderedPriorities[child] as number, orderedTurns[child] as number))
        child = sibling;
      if (!isBefore(child, priority, turn)) break;
      move(child, node);
      node = child;
    }
    put(node, place, priority, turn);
  };

  const raise = (place: number, priority: number): void => {
    priorities[place] = priority;
    turns[place] = raises += 1;
  };

  return {
    get size() {
      return size;
    },
    get capacity() {
      return capacity;
    },
    add(priority) {
      if (size === capacity) grow();
      const place = places[size] as number;
      raise(place, priority);
      size += 1;
      siftUp(size - 1, place, priority, raises);
      return place;
    },
    raise,
    priorityOf: (place) => priorities[place] as number,
    least() {
      while (size > 0) {
        const place = places[0] as number;
        const turn = turns[place] as number;
        if (orderedTurns[0] === turn) return place;
        siftDown(0, place, priorities[place] as number, turn);
      }
      return undefined;
    },
    remove(place) {
      const node = nodes[place] as number;
      size -= 1;
      const last = places[size] as number;
      const priority = orderedPriorities[size] as number;
      const turn = orderedTurns[size] as number;
      places[size] = place;
      if (node === size) return;
      if (node > 0 && !isBefore((node - 1) >> 1, priority, turn)) siftUp(node, last, priority, turn);
      else siftDown(node, last, priority, turn);
    },
    lower(by) {
      for (let node = 0; node < size; node += 1) {
        const place = places[node] as number;
        orderedPriorities[node] = (orderedPriorities[node] as number) - by;
        priorities[place] = (priorities[place] as number) - by;
      }
    },
  };
}
