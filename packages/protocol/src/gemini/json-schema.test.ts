import { describe, expect, it } from '@jest/globals';

import { toJsonSchema } from './json-schema.js';

describe('toJsonSchema', () => {
  it("writes Google's types as JSON Schema does, at every depth", () => {
    const schema = {
      type: 'OBJECT',
      properties: {
        type: { type: 'STRING', enum: ['a'], format: 'enum' },
        list: { type: 'ARRAY', items: { type: 'INTEGER', format: 'int32' }, min_items: '1', maxItems: '4' },
        either: { any_of: [{ type: 'NUMBER' }, { type: 'BOOLEAN' }] },
      },
      required: ['type'],
    };
    expect(toJsonSchema(schema)).toEqual({
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['a'] },
        list: { type: 'array', items: { type: 'integer', format: 'int32' }, minItems: 1, maxItems: 4 },
        either: { anyOf: [{ type: 'number' }, { type: 'boolean' }] },
      },
      required: ['type'],
    });
  });

  it.each([
    [{ type: 'STRING' }, { type: ['string', 'null'] }],
    [{ type: ['STRING', 'NULL'] }, { type: ['string', 'null'] }],
    [
      { type: 'STRING', enum: ['a'] },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [{ anyOf: [{ type: 'STRING' }] }, { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    [{}, {}],
  ])('lets %j be null', (schema, expected) => {
    expect(toJsonSchema({ ...schema, nullable: true })).toEqual(expected);
  });

  it('reads the values of number enums as numbers', () => {
    expect(toJsonSchema({ type: 'INTEGER', enum: ['1', 2] })).toEqual({ type: 'integer', enum: [1, 2] });
    expect(toJsonSchema({ type: 'NUMBER', enum: ['1.5'] })).toEqual({ type: 'number', enum: [1.5] });
  });

  it('orders the properties as asked', () => {
    const properties = { a: {}, b: {}, c: {} };
    const schema = toJsonSchema({ properties, propertyOrdering: ['c', 'x', 7, 'a'] }) as { properties: object };
    expect(Object.keys(schema.properties)).toEqual(['c', 'a', 'b']);
  });

  it('keeps an example as one of several', () => {
    expect(toJsonSchema({ type: 'TYPE_UNSPECIFIED', example: 'a' })).toEqual({ examples: ['a'] });
  });

  it('leaves JSON Schema as it is', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { a: { $ref: '#/$defs/a' }, b: { type: 'array', items: [{ type: 'string' }] }, c: true },
      additionalProperties: false,
      $defs: { a: { const: 1 } },
    };
    expect(toJsonSchema(schema)).toEqual(schema);
  });

  it('leaves alone what is no schema', () => {
    expect(toJsonSchema(undefined)).toBeUndefined();
  });
});
