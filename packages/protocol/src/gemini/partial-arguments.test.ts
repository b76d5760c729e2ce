import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { JsonObject } from '../json/fields.js';
import { endPartial, writePartial } from './partial-arguments.js';
import type { PartialJson } from './partial-arguments.js';

const write = (...pieces: JsonObject[]): string => {
  let json: PartialJson | undefined;
  let text = '';
  for (const piece of pieces) {
    const written = writePartial(json, piece);
    json = written.json;
    text += written.text;
  }
  return text + endPartial(json);
};

const at = (jsonPath: string, numberValue = 1): JsonObject => ({ jsonPath, numberValue });

describe('arguments in pieces', () => {
  it('are an empty object without any', () => {
    expect(write()).toBe('{}');
  });

  it('are values of each kind', () => {
    const text = write(
      { jsonPath: '$.text', stringValue: 'a\n' },
      { jsonPath: '$.number', numberValue: -1.5 },
      { jsonPath: '$.zero', numberValue: 0 },
      { jsonPath: '$.no', boolValue: false },
      { jsonPath: '$.nothing', nullValue: 'NULL_VALUE' },
    );
    expect(JSON.parse(text)).toEqual({ text: 'a\n', number: -1.5, zero: 0, no: false, nothing: null });
  });

  it('nest as deep as their paths', () => {
    const text = write(at('$.a.list[0].x'), at('$.a.list[0].y'), at('$.a.list[1].x'), at('$.a.grid[0][0]'), at('$.b'));
    expect(JSON.parse(text)).toEqual({ a: { list: [{ x: 1, y: 1 }, { x: 1 }], grid: [[1]] }, b: 1 });
  });

  it('may have names of any kind', () => {
    const text = write(at("$['a.b']"), at('$["c\\"d"]'), at("$['it\\'s'][0]"));
    expect(JSON.parse(text)).toEqual({ 'a.b': 1, 'c"d': 1, "it's": [1] });
  });

  it('have strings that go on until they end, or until another value comes', () => {
    const begun = { stringValue: 'x', willContinue: true };
    const text = write(
      { jsonPath: '$.a', ...begun },
      { jsonPath: '$.a', stringValue: 'y', willContinue: true },
      { jsonPath: '$.a', stringValue: '' },
      { jsonPath: '$.a', stringValue: '' },
      { jsonPath: '$.b', ...begun },
      { jsonPath: '$.c', ...begun },
      { jsonPath: '$.c', willContinue: true },
    );
    expect(JSON.parse(text)).toEqual({ a: 'xy', b: 'x', c: 'x' });
  });

  it.each([
    ['returns to an object that is closed', ['$.a.x', '$.b', '$.a.y']],
    ['returns to an item that is closed', ['$.a[0]', '$.a[1]', '$.a[0]']],
    ['leaves out items', ['$.a[0]', '$.a[2]']],
    ['leaves out the first item', ['$.a[1]']],
    ['comes twice', ['$.a', '$.a']],
    ['stands inside a value', ['$.a', '$.a.b']],
    ['stands around a value', ['$.a.b', '$.a']],
    ['makes an array of an object', ['$.a.b', '$.a[1]']],
    ['makes an object of an array', ['$.a[0]', '$.a.b']],
    ['is not in an object', ['$[0]']],
    ['is all of them', ['$']],
    ['has no path', ['']],
    ['has a path that cannot be read', ['$.a..b']],
  ])('are not valid when one %s', (_, paths) => {
    expect(() => write(...paths.map((path) => at(path)))).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_reply' }),
    );
  });

  it('are not valid without a path', () => {
    expect(() => write({ numberValue: 1 })).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });

  it('are what the model wrote, whatever that was', () => {
    const key = fc.stringMatching(/^[a-zA-Z_'" .$]{1,6}$/);
    const scalar = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.dictionary(key, tie('tree'), { minKeys: 1, maxKeys: 4 }),
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
      ),
    }));
    const quote = (name: string): string => `['${name.replace(/['\\]/g, '\\$&')}']`;
    const flatten = (value: unknown, path: string): JsonObject[] => {
      if (value === null) return [{ jsonPath: path, nullValue: 'NULL_VALUE' }];
      if (Array.isArray(value)) return value.flatMap((item, index) => flatten(item, `${path}[${index}]`));
      if (typeof value === 'object') {
        return Object.entries(value).flatMap(([name, item]) => flatten(item, path + quote(name)));
      }
      if (typeof value === 'number') return [{ jsonPath: path, numberValue: value + 0 }];
      if (typeof value === 'boolean') return [{ jsonPath: path, boolValue: value }];
      return [
        ...String(value)
          .split('')
          .map((stringValue) => ({ jsonPath: path, stringValue, willContinue: true })),
        { jsonPath: path, stringValue: '' },
      ];
    };
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 4 }), (args) => {
        expect(JSON.parse(write(...flatten(args, '$')))).toEqual(JSON.parse(JSON.stringify(args)));
      }),
    );
  });
});
