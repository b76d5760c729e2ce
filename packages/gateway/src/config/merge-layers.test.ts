import { describe, expect, it } from '@jest/globals';

import { mergeLayers } from './merge-layers.js';

const parse = (text: string): unknown => JSON.parse(text);

describe('mergeLayers', () => {
  it('merges objects at every depth, the later layer winning', () => {
    const layers = [{ a: { x: 1, y: { p: 1 } }, b: 1 }, { a: { y: { q: 2 }, x: 3 } }];
    expect(mergeLayers(layers)).toEqual({ a: { x: 3, y: { p: 1, q: 2 } }, b: 1 });
  });

  it('replaces lists whole', () => {
    expect(mergeLayers([{ models: ['a', 'b'] }, { models: ['c'] }])).toEqual({ models: ['c'] });
  });

  it('replaces an object with a value, and a value with an object', () => {
    expect(
      mergeLayers([
        { a: { x: 1 }, b: 1 },
        { a: null, b: { y: 2 } },
      ]),
    ).toEqual({ a: null, b: { y: 2 } });
  });

  it('lets undefined say nothing', () => {
    expect(mergeLayers([{ a: 1, b: 2 }, undefined, { a: undefined }])).toEqual({ a: 1, b: 2 });
  });

  it.each([0, false, '', null])('lets %j win over what is below', (value) => {
    expect(mergeLayers([{ a: 1 }, { a: value }])).toEqual({ a: value });
  });

  it('ignores __proto__ at every depth', () => {
    const merged = mergeLayers([{}, parse('{"__proto__":{"x":1},"a":{"__proto__":{"x":1},"b":2}}')]) as { a: object };
    expect(merged).toEqual({ a: { b: 2 } });
    expect([Object.getPrototypeOf(merged), Object.getPrototypeOf(merged.a)]).toEqual([
      Object.prototype,
      Object.prototype,
    ]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('takes names of inherited properties as plain keys', () => {
    expect(mergeLayers([{}, { toString: { a: 1 } }])).toEqual({ toString: { a: 1 } });
  });

  it('leaves the layers as they are', () => {
    const below = { a: { x: 1 } };
    mergeLayers([below, { a: { x: 2 } }]);
    expect(below).toEqual({ a: { x: 1 } });
  });
});
