import { describe, expect, it } from '@jest/globals';

import { createLazyLoader } from './lazy-loader.js';
import { findNeedCycle } from './lazy-part.js';

describe('the definition of lazy parts', () => {
  const load = (): Promise<void> => Promise.resolve();
  const clock = { now: () => 0, epochMs: () => 0, after: () => () => undefined };

  it('refuses a circle and shows it', () => {
    const parts = { a: { load }, b: { needs: ['c'], load }, c: { needs: ['a', 'd'], load }, d: { needs: ['b'], load } };
    expect(() => createLazyLoader(parts as never, { clock })).toThrow('in a circle: b -> c -> d -> b');
  });

  it('refuses a part that needs itself', () => {
    expect(() => createLazyLoader({ a: { needs: ['a'], load } }, { clock })).toThrow('in a circle: a -> a');
  });

  it('refuses a need that is not there', () => {
    expect(() => createLazyLoader({ a: { needs: ['z'], load } } as never, { clock })).toThrow('no lazy part z');
  });

  it('lets two parts need the same third one', async () => {
    const parts = { a: { needs: ['c'], load }, b: { needs: ['c', 'a'], load }, c: { load } };
    const loader = createLazyLoader<Record<'a' | 'b' | 'c', void>>(parts as never, { clock });
    await loader.use('b', () => undefined);
    expect(loader.status().map(({ inUse }) => inUse)).toEqual([1, 0, 2]);
  });
});

describe('the search for circles of needs', () => {
  it('follows no need that is not there', () => {
    expect(findNeedCycle(new Map([['a', ['gone']]]))).toBeUndefined();
  });
});
