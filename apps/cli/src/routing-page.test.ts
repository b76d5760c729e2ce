import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createHome } from './__fixtures__/create-home.js';
import type { Home } from './__fixtures__/create-home.js';
import { runInProcess } from './__fixtures__/run-in-process.js';

const page = readFileSync(new URL('../../../docs/routing.md', import.meta.url), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

let home: Home;
beforeAll(() => void (home = createHome(JSON.parse(blockOf('json')) as Record<string, unknown>)));
afterAll(() => home.remove());

/** One plan in twenty explores, and says so. */
const planWithoutExploring = async (args: readonly string[]): Promise<string> => {
  const { out } = await runInProcess(args, { home });
  return out.includes('explored') ? planWithoutExploring(args) : out;
};

describe('the page about routing', () => {
  it('shows what the real command prints', async () => {
    const [command = '', ...shown] = blockOf('console').split('\n');
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    expect(words.slice(0, 2)).toEqual(['$', 'claudette']);
    expect(await planWithoutExploring(words.slice(2))).toBe(shown.join('\n'));
  });
});
