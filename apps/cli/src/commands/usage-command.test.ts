import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished } from '../__fixtures__/run-in-process.js';

let home: Home;
const run = (...args: string[]): Promise<Finished> => runInProcess(args, { home });

beforeAll(async () => {
  home = createHome({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } });
  await run('one two three');
  await run('one two three');
  await run('four', '--stream');
  await run('five', '-m', 'nonesuch');
});
afterAll(() => home.remove());

describe('claudette usage', () => {
  it('has a row for each day, with every exchange of every process in it', async () => {
    const { code, out } = await run('usage');
    expect(code).toBe(0);
    const [heading, row, ...rest] = out.trimEnd().split('\n');
    expect(heading).toMatch(/^DAY +REQUESTS +HITS +INPUT +OUTPUT +COST +SAVED +WASTED +UNPRICED$/);
    expect(row).toMatch(/^\d{4}-\d\d-\d\d +4 +1 +\d+ +\d+ +0 USD/);
    expect(rest).toEqual([]);
  });

  it.each([
    ['backend', 'demo'],
    ['model', 'demo-1'],
    ['key', 'local'],
  ])('has a row for each %s', async (by, group) => {
    const { out } = await run('usage', '--by', by);
    expect(out).toMatch(new RegExp(`^${by.toUpperCase()} `));
    expect(out).toMatch(new RegExp(`^${group} +\\d+ `, 'm'));
  });

  it('has a dash where no backend was asked', async () => {
    expect((await run('usage', '--by', 'backend')).out).toMatch(/^- +1 +0 +0 +0 +0 +0 +0 +0$/m);
  });

  it('looks back no further than --days', async () => {
    expect((await run('usage', '--days', '0.0000001')).out.trimEnd().split('\n')).toHaveLength(1);
  });

  it('has exact sums as JSON', async () => {
    expect(JSON.parse((await run('usage', '--json')).out)).toEqual([
      expect.objectContaining({ requests: 4, hits: 1, failures: 1, cost: [{ nano: '0', currency: 'USD' }] }),
    ]);
  });

  it.each([[['--days', '0']], [['--days', 'all']], [['--days', '']], [['--by', 'hour']]])(
    'refuses %j',
    async (args) => {
      expect((await run('usage', ...args)).code).toBe(2);
    },
  );
});
