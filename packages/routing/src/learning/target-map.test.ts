import { describe, expect, it } from '@jest/globals';

import { createTargetMap } from './target-map.js';

const named = (backend: string, model: string) => ({ backend, model });

describe('a map by target', () => {
  it('tells apart what a joined name would not', () => {
    const map = createTargetMap<number>(9);
    map.add(named('a', 'b/c'), 1);
    map.add(named('a/b', 'c'), 2);
    map.add(named('a', 'd'), 3);
    expect([map.get(named('a', 'b/c')), map.get(named('a/b', 'c')), map.get(named('a', 'd'))]).toEqual([1, 2, 3]);
    expect(map.get(named('b', 'd'))).toBeUndefined();
  });

  it('forgets the oldest target when there are too many', () => {
    const map = createTargetMap<number>(2);
    for (const model of ['1', '2', '3', '4']) map.add(named(model === '3' ? 'b' : 'a', model), Number(model));
    expect(['1', '2', '4'].map((model) => map.get(named('a', model)))).toEqual([undefined, undefined, 4]);
    expect(map.get(named('b', '3'))).toBe(3);
  });
});
