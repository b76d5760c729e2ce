import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createPriorityHeap } from './priority-heap.js';
import type { PriorityHeap } from './priority-heap.js';

/** Empties a heap; says which places came, in order. */
const drain = (heap: PriorityHeap): number[] => {
  const order: number[] = [];
  for (let place = heap.least(); place !== undefined; place = heap.least()) {
    order.push(place);
    heap.remove(place);
  }
  return order;
};

describe('a heap of priorities', () => {
  it('has nothing least while it is empty', () => {
    expect(createPriorityHeap().least()).toBeUndefined();
  });

  it('gives back the least first', () => {
    const heap = createPriorityHeap();
    const [high, low, middle] = [heap.add(3), heap.add(1), heap.add(2)];
    expect(drain(heap)).toEqual([low, middle, high]);
  });

  it('gives back what was raised longest ago first among equals', () => {
    const heap = createPriorityHeap();
    const [a, b, c] = [heap.add(1), heap.add(1), heap.add(1)];
    heap.raise(a, 1);
    expect(drain(heap)).toEqual([b, c, a]);
  });

  it('puts in order what was raised when it would come first', () => {
    const heap = createPriorityHeap();
    const [a, b] = [heap.add(1), heap.add(2)];
    heap.raise(a, 3);
    expect([heap.least(), heap.priorityOf(a)]).toEqual([b, 3]);
  });

  it('gives places that became free away again', () => {
    const heap = createPriorityHeap();
    const place = heap.add(1);
    heap.remove(place);
    expect([heap.add(2), heap.size]).toEqual([place, 1]);
  });

  it('grows as places are needed', () => {
    const heap = createPriorityHeap();
    const places = Array.from({ length: 1_000 }, (_, index) => heap.add(1_000 - index));
    expect([drain(heap), heap.capacity >= 1_000]).toEqual([places.reverse(), true]);
  });

  it('keeps the order when all are lowered', () => {
    const heap = createPriorityHeap();
    const [a, b] = [heap.add(11), heap.add(12)];
    heap.lower(10);
    const c = heap.add(1.5);
    expect([heap.priorityOf(a), drain(heap)]).toEqual([1, [a, c, b]]);
  });

  it('agrees with a list that is sorted every time', () => {
    const step = fc.record({
      action: fc.constantFrom('add', 'add', 'raise', 'remove', 'least', 'lower'),
      pick: fc.nat(1_000),
      amount: fc.nat(20),
    });
    const check = fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const heap = createPriorityHeap();
      const model: { place: number; priority: number }[] = [];
      for (const { action, pick, amount } of steps) {
        const [picked] = model.slice(model.length === 0 ? 0 : pick % model.length);
        if (action === 'add') model.push({ place: heap.add(amount), priority: amount });
        else if (picked === undefined) expect(heap.least()).toBeUndefined();
        else if (action === 'lower') {
          heap.lower(amount);
          for (const each of model) each.priority -= amount;
        } else if (action === 'least') {
          const least = model.reduce((best, each) => (each.priority < best.priority ? each : best));
          expect(heap.least()).toBe(least.place);
        } else {
          model.splice(model.indexOf(picked), 1);
          if (action === 'remove') heap.remove(picked.place);
          else {
            model.push({ place: picked.place, priority: picked.priority + amount });
            heap.raise(picked.place, picked.priority + amount);
          }
        }
        expect(heap.size).toBe(model.length);
      }
      const sorted = model.toSorted((a, b) => a.priority - b.priority);
      expect(drain(heap)).toEqual(sorted.map(({ place }) => place));
    });
    fc.assert(check);
  });
});
