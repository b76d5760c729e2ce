import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';

import { describe, expect, it, jest } from '@jest/globals';

describe('the README', () => {
  it('has an example that prints what it says', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [example = '', printed = ''] = Array.from(readme.matchAll(/```(?:js)?\n([\s\S]*?)```/g), (match) => match[1]);
    const file = new URL('../out-tsc/readme-example.ts', import.meta.url);
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, example);
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await import(file.href);
    const lines = log.mock.calls.map((args) => args.join(' '));
    log.mockRestore();
    expect(lines.join('\n')).toBe(printed.trim());
  });
});
