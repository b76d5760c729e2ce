import { describe, expect, it } from '@jest/globals';

import {
  compact,
  optional,
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readObject,
  readOneOf,
  readString,
} from './fields.js';

const refuses = (message: string): unknown =>
  expect.objectContaining({ code: 'invalid_request', detail: expect.stringContaining(message) });

describe('a field reader', () => {
  it('returns values of its type', () => {
    expect(readObject({ a: 1 }, 'x')).toEqual({ a: 1 });
    expect(readArray([1], 'x')).toEqual([1]);
    expect(readString('', 'x')).toBe('');
    expect(readBoolean(false, 'x')).toBe(false);
    expect(readNumber(0.5, 'x')).toBe(0.5);
    expect(readInteger(0, 'x')).toBe(0);
    expect(readOneOf(['a', 'b'])('b', 'x')).toBe('b');
  });

  it.each([
    ['an object', () => readObject([], 'x'), 'x must be an object, but is an array'],
    ['an object', () => readObject(null, 'x'), 'x must be an object, but is null'],
    ['an array', () => readArray({}, 'x'), 'x must be an array, but is an object'],
    ['an array or what else is allowed', () => readArray(1, 'x', 'a list'), 'x must be a list, but is 1'],
    ['a string', () => readString(5, 'a.b[0]'), 'a.b[0] must be a string, but is 5'],
    ['a string that is absent', () => readString(undefined, 'x'), 'x must be a string, but is undefined'],
    ['true or false', () => readBoolean('yes', 'x'), 'x must be true or false, but is "yes"'],
    ['a number', () => readNumber('1', 'x'), 'x must be a number, but is "1"'],
    ['an integer', () => readInteger(1.5, 'x'), 'x must be an integer, but is 1.5'],
    ['one of a set', () => readOneOf(['a', 'b'])('c', 'x'), 'x must be one of a, b, but is "c"'],
  ])('refuses what is not %s', (_, read, message) => {
    expect(read).toThrow(refuses(message));
  });

  it('quotes at most 60 characters of a value', () => {
    expect(() => readNumber('y '.repeat(100), 'x')).toThrow(refuses(`"${'y '.repeat(29)}…`));
  });
});

describe('an optional field', () => {
  it.each([undefined, null])('is absent for %s', (value) => {
    expect(optional(readString)(value, 'x')).toBeUndefined();
  });

  it('is read when it is there', () => {
    expect(optional(readNumber)(0, 'x')).toBe(0);
  });
});

describe('compact', () => {
  it('leaves out what is undefined and keeps all else', () => {
    expect(compact({ a: undefined, b: null, c: 0, d: '' })).toEqual({ b: null, c: 0, d: '' });
    expect(compact({ a: undefined })).not.toHaveProperty('a');
  });
});
