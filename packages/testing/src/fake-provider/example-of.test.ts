import { describe, expect, it } from '@jest/globals';

import { exampleOf } from './example-of.js';

describe('an example of a JSON Schema', () => {
  it.each([
    [
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'array', items: { type: 'integer' } } } },
      { a: 'text', b: [1] },
    ],
    [{ properties: { a: { type: 'boolean' } } }, { a: true }],
    [{ type: 'object' }, {}],
    [{ type: ['string', 'null'] }, 'text'],
    [{ type: 'null' }, null],
    [{ type: 'number' }, 1.5],
    [{ type: 'number', minimum: 3 }, 3],
    [{ type: 'integer', minimum: 5 }, 5],
    [{ enum: ['x', 'y'] }, 'x'],
    [{ const: 7 }, 7],
    [{ anyOf: [{ type: 'boolean' }, { type: 'null' }] }, true],
    [{ $ref: '#/$defs/a', $defs: { a: { const: 'found' } } }, 'found'],
    [undefined, {}],
  ])('of %j is %j', (schema, example) => {
    expect(exampleOf(schema)).toEqual(example);
  });

  it('ends where a schema refers to itself', () => {
    expect(JSON.stringify(exampleOf({ type: 'object', properties: { next: { $ref: '#' } } }))).toContain('null');
  });
});
