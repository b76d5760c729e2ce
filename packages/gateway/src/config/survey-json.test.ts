import { describe, expect, it } from '@jest/globals';

import { surveyJson } from './survey-json.js';

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

describe('surveyJson', () => {
  it.each([
    '{}',
    ' { "a": [1, -2.5e+3, true, null, "x\\"\\u00e9\\n"], "b": {"c": []} }\n',
    '7',
    '"text"',
    '[[], {}]',
    '{"é": "日本"}',
    deep,
  ])('finds no fault with %#', (text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(surveyJson(text)).toEqual({ duplicates: [] });
  });

  it.each([
    ['', 'line 1, column 1: expected a value'],
    ['{ "server": }', 'line 1, column 13: expected a value'],
    ['{\n  "a": 1,\n}', 'line 3, column 1: expected a key in double quotes'],
    ['{\n  // port\n  "a": 1\n}', 'line 2, column 3: expected a key or } in double quotes'],
    ["{'a': 1}", 'line 1, column 2: expected a key or } in double quotes'],
    ['{"a" 1}', 'line 1, column 6: expected a colon'],
    ['{"a": 1 "b": 2}', 'line 1, column 9: expected a comma or }'],
    ['[1 2]', 'line 1, column 4: expected a comma or ]'],
    ['[1,]', 'line 1, column 4: expected a value'],
    ['[1}', 'line 1, column 3: expected a comma or ]'],
    ['{"a": [}', 'line 1, column 8: expected a value or ]'],
    ['{} {}', 'line 1, column 4: expected the end'],
    ['{"a": 01}', 'line 1, column 8: expected a comma or }'],
    ['{"a": "never closed}', 'line 1, column 7: expected a value'],
    ['{"a": "two\nlines"}', 'line 1, column 7: expected a value'],
    ['{"a": {"b": 1}', 'line 1, column 15: expected a comma or }'],
    [',', 'line 1, column 1: expected a value'],
  ])('says where %j is no JSON', (text, fault) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(surveyJson(text).fault).toBe(fault);
  });

  it('repeats nothing of the text, which may hold a secret', () => {
    expect(surveyJson('{"key": hunter2}').fault).toBe('line 1, column 9: expected a value');
  });

  it('finds keys that stand there twice, with their paths', () => {
    const text = '{"a": {"b": 1, "c": [{"d": 1}, {"d": 2}], "b": 2}, "a": {"b": 3}}';
    expect(surveyJson(text)).toEqual({ duplicates: ['a.b', 'a'] });
  });
});
