import { describe, expect, it } from '@jest/globals';

import { parseKeyLines } from './key-lines.js';
import { reveal } from './secret.js';

const parse = (text: string): Record<string, string> =>
  Object.fromEntries([...parseKeyLines(text)].map(([name, secret]) => [name, reveal(secret)]));

describe('lines of keys', () => {
  it.each([
    ['A=1\nB=2', { A: '1', B: '2' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['\uFEFFA=1', { A: '1' }],
    ['# a comment\n\n  A=1  \n', { A: '1' }],
    ['export A=1', { A: '1' }],
    ['A = 1', { A: '1' }],
    ['A="1 # 2"\nB=\'x y\'', { A: '1 # 2', B: 'x y' }],
    ['A=1 # not this', { A: '1' }],
    ['A="1" # nor this', { A: '1' }],
    ['A=1#2', { A: '1#2' }],
    ['A=b=c==', { A: 'b=c==' }],
    ['A=1\nA=2', { A: '2' }],
    ['', {}],
  ])('are read from %j', (text, entries) => {
    expect(parse(text)).toEqual(entries);
  });

  it.each([
    ['A=1\nsk-ant-api03-secret', 'line 2 is not NAME=VALUE; nothing was changed'],
    ['a b=sk-secret', 'line 1 is not NAME=VALUE; nothing was changed'],
    ['=sk-secret', 'line 1 is not NAME=VALUE; nothing was changed'],
    ['1A=sk-secret', 'line 1 is not NAME=VALUE; nothing was changed'],
    ['A=', 'line 1 has no value for A; nothing was changed'],
    ['A=""', 'line 1 has no value for A; nothing was changed'],
    ['A=# nothing', 'line 1 has no value for A; nothing was changed'],
  ])('are refused as a whole, by number: %j', (text, detail) => {
    expect(() => parseKeyLines(text)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });
});
