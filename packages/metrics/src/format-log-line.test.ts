import { describe, expect, it } from '@jest/globals';

import { formatLogLine } from './format-log-line.js';

const line = (fields: Readonly<Record<string, unknown>>): string =>
  formatLogLine(`${JSON.stringify({ level: 'info', time: '2026-11-21T07:08:09.123Z', ...fields })}\n`);

describe('a readable line', () => {
  it('begins with the time, the level and the message', () => {
    expect(line({ msg: 'hello' })).toBe('07:08:09 INFO  hello\n');
  });

  it('shows fields as key=value and quotes what has spaces', () => {
    expect(line({ msg: 'm', n: 1, text: 'a b', list: ['x', 'y'], facts: { a: 1 }, empty: '' })).toBe(
      '07:08:09 INFO  m n=1 text="a b" list=x,y facts="{\\"a\\":1}" empty=""\n',
    );
  });

  it('shows the stack of an error below', () => {
    expect(line({ msg: 'm', err: { stack: 'Error: x\n    at y' } })).toBe('07:08:09 INFO  m\n  Error: x\n      at y\n');
  });

  it('does without a message and an odd error', () => {
    expect(line({ err: 'x' })).toBe('07:08:09 INFO  \n');
    expect(line({ err: { code: 1 } })).toBe('07:08:09 INFO  \n');
  });

  it('leaves alone what is not a log entry', () => {
    expect(formatLogLine('plain\n')).toBe('plain\n');
  });
});
