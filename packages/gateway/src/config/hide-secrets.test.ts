import { describe, expect, it } from '@jest/globals';

import { hideSecrets } from './hide-secrets.js';

describe('hideSecrets', () => {
  it.each([
    ['redis://:hunter2@h:1/2', 'redis://***@h:1/2'],
    ['http://me:p@ss@h/x', 'http://***@h/x'],
    ['https://h/v1?key=hunter2#x', 'https://h/v1?key=***#x'],
    ['https://h/v1?a=1&client_secret=hunter2&b=2', 'https://h/v1?a=1&client_secret=***&b=2'],
  ])('hides what %s should not tell', (text, shown) => {
    expect(hideSecrets(text, ['cache', 'store'])).toBe(shown);
  });

  it.each(['http://h/v1?a=me@x', 'sqlite:/home/ada/a.db', 'env:KEY', 'a:b@c', 'qwen3'])('leaves %s alone', (text) => {
    expect(hideSecrets(text, ['backends', 'a', 'models'])).toBe(text);
  });

  it('hides inside lists and objects', () => {
    const value = { a: ['http://u:p@h'], headers: { x: 'hunter2' }, n: 1 };
    expect(hideSecrets(value, ['backends', 'lab'])).toEqual({ a: ['http://***@h'], headers: { x: '***' }, n: 1 });
  });
});
