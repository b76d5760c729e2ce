import { describe, expect, it } from '@jest/globals';

import { routable, stillClock } from '../__fixtures__/make-planner.js';
import { createTurnBook, loadAt } from './target-turns.js';

const { target } = routable('a');

describe('the turns of a target', () => {
  it('are none at first', () => {
    const book = createTurnBook(stillClock());
    expect(book.of(target)).toMatchObject({ lastTurn: 0, load: 0 });
    expect(loadAt(book.of(target), 1000)).toBe(0);
    expect(book.turns).toBe(0);
  });

  it('are numbered over all targets', () => {
    const book = createTurnBook(stillClock());
    book.take(target);
    book.take(routable('b').target);
    expect([book.of(target).lastTurn, book.of(routable('b').target).lastTurn, book.turns]).toEqual([1, 2, 2]);
  });

  it('count half after ten minutes', () => {
    const now = { ms: 0 };
    const book = createTurnBook(stillClock(now));
    book.take(target);
    now.ms = 600_000;
    book.take(target);
    expect(loadAt(book.of(target), 600_000)).toBeCloseTo(1.5);
    expect(loadAt(book.of(target), 1_200_000)).toBeCloseTo(0.75);
  });
});
