import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { patchModel } from './patch-model.js';
import { patchSpans, topLevelSpans } from './top-level-spans.js';

const valuesOf = (text: string, ...keys: string[]): string[] => {
  const body = Buffer.from(text);
  return topLevelSpans(body, keys).map(({ value }) => body.toString('utf8', value.start, value.end));
};

const patched = (text: string, model = 'b'): string => Buffer.from(patchModel(Buffer.from(text), model)).toString();

describe('the spans of top-level values', () => {
  it.each([
    ['a string', '{"model":"a"}', ['"a"']],
    ['a number before a brace', '{"model":1e400}', ['1e400']],
    ['a number before a space', '{"model":1 }', ['1']],
    ['an object', '{"model":{"model":[1,"}"]},"x":1}', ['{"model":[1,"}"]}']],
    ['an array', '{"model":[[],{"a":"]"}]}', ['[[],{"a":"]"}]']],
    ['odd white space', ' {\n"model"\t:\r "a" , "x" : 1 } ', ['"a"']],
    ['escaped quotes', '{"x":"\\"model\\":\\\\","model":"a\\\\\\""}', ['"a\\\\\\""']],
    ['an escaped key', '{"mod\\u0065l":"a"}', ['"a"']],
    ['each of several', '{"model":"a","x":0,"model":null}', ['"a"', 'null']],
    ['only the top level', '{"x":{"model":"a"}}', []],
    ['an empty object', '{}', []],
    ['text beyond ASCII', '{"x":"🦜é","model":"ü"}', ['"ü"']],
  ])('finds %s', (_, text, values) => {
    expect(valuesOf(text, 'model')).toEqual(values);
  });

  it('names the keys it found', () => {
    expect(topLevelSpans(Buffer.from('{"b":1,"a":2}'), ['a', 'b']).map(({ key }) => key)).toEqual(['b', 'a']);
  });

  it.each(['{"model":"a', '{"model":{"x":[1', '{"model"', '{"model":1', '{'])('ends for the broken body %s', (text) => {
    expect(() => valuesOf(text, 'model')).not.toThrow();
  });

  it('reads a body that is a view of something larger', () => {
    const body = new Uint8Array(Buffer.from('xx{"model":"a"}xx')).subarray(2, 15);
    expect(Buffer.from(patchModel(body, 'b')).toString()).toBe('{"model":"b"}');
  });
});

describe('a patched body', () => {
  it('is the body itself when there is no edit', () => {
    const body = Buffer.from('{}');
    expect(patchSpans(body, [])).toBe(body);
  });

  it('has its edits in place, whatever their order', () => {
    const edits = [
      { start: 4, end: 5, text: 'E' },
      { start: 1, end: 1, text: '+' },
    ];
    expect(Buffer.from(patchSpans(Buffer.from('abcdef'), edits)).toString()).toBe('a+bcdEf');
  });
});

describe('a patched model', () => {
  it('replaces each occurrence', () => {
    expect(patched('{"model":"a", "model" : 5}')).toBe('{"model":"b", "model" : "b"}');
  });

  it.each(['{"model":"b"}', '{"model":"\\u0062"}'])('leaves %s alone', (text) => {
    const body = Buffer.from(text);
    expect(patchModel(body, 'b')).toBe(body);
  });

  it('writes names that need escapes', () => {
    expect(JSON.parse(patched('{"model":"a"}', 'q"\\\n'))).toEqual({ model: 'q"\\\n' });
  });

  it('changes nothing else in any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (rest, model) => {
        const before = { ...rest, model: 'a' };
        expect(JSON.parse(patched(JSON.stringify(before, null, 1), model))).toEqual(
          JSON.parse(JSON.stringify({ ...before, model })),
        );
      }),
    );
  });
});
