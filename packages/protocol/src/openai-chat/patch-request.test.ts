import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { DialectOptions } from '../codec.js';
import { decodeRequest } from './decode-request.js';
import { patchRequest } from './patch-request.js';

const messages = '"messages":[{"role":"user","content":"hi"}]';

const patch = (text: string, options: DialectOptions = {}): string => {
  const body = Buffer.from(text);
  const target = { model: 'b', options, defaultMaxOutputTokens: 1 };
  return Buffer.from(patchRequest(body, decodeRequest(body), target)).toString();
};

describe('a patched request', () => {
  it('is the body itself when nothing has to change', () => {
    const body = Buffer.from(`{"model":"b",${messages}}`);
    const target = { model: 'b', options: {}, defaultMaxOutputTokens: 1 };
    expect(patchRequest(body, decodeRequest(body), target)).toBe(body);
  });

  it.each([
    ['no options', '', '"stream_options":{"include_usage":true},', ''],
    ['empty options', ',"stream_options":{ }', '', ',"stream_options":{"include_usage":true }'],
    ['null as options', ',"stream_options":null', '', ',"stream_options":{"include_usage":true}'],
    ['other options', ',"stream_options":{"x":1}', '', ',"stream_options":{"include_usage":true,"x":1}'],
    ['a refusal', ',"stream_options":{"include_usage":false}', '', ',"stream_options":{"include_usage":true}'],
    [
      'options given twice',
      ',"stream_options":5,"stream_options":{"include_usage":null}',
      '',
      ',"stream_options":{"include_usage":true},"stream_options":{"include_usage":true}',
    ],
  ])('asks for the usage of a stream with %s', (_, before, inserted, after) => {
    const text = (head: string, tail: string): string => `{${head}"model":"b",${messages},"stream":true${tail}}`;
    expect(patch(text('', before))).toBe(text(inserted, after));
  });

  it('leaves a stream alone that asks already', () => {
    const text = `{"model":"b",${messages},"stream":true,"stream_options":{"include_usage":true}}`;
    expect(patch(text)).toBe(text);
  });

  it('does not ask where the vendor does not understand it', () => {
    const text = `{"model":"b",${messages},"stream":true}`;
    expect(patch(text, { streamUsageOption: false })).toBe(text);
  });

  it('changes the model and the usage and no other byte, whatever else is there', () => {
    const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });
    const oddNumber = fc.constantFrom('1e400', '1152921504606846976', '-0.0', '1E-7', '0.10');
    const value = fc.oneof(
      oddNumber,
      fc.json({ maxDepth: 2 }),
      fc.json({ maxDepth: 2 }).map((text) => JSON.stringify(text)),
    );
    const key = fc.string().filter((name) => !/^(?:m|s|t|n|u|p|f|r|max)/.test(name));
    const field = fc.tuple(
      space,
      key.map((name) => JSON.stringify(name)),
      space,
      value,
      space,
    );
    fc.assert(
      fc.property(fc.array(field), fc.array(field), space, fc.boolean(), (before, after, gap, twice) => {
        const write = (fields: typeof before): string =>
          fields.map(([a, name, b, content, c]) => `${a}${name}${b}:${content}${c},`).join('');
        const body = (head: string, model: string): string =>
          `${gap}{${head}${write(before)}"model"${gap}:${gap}${model},${write(after)}${twice ? `"model":${model},` : ''}"stream":true,${messages}}`;
        expect(patch(body('', '"a"'))).toBe(body('"stream_options":{"include_usage":true},', '"b"'));
      }),
    );
  });
});
