import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';

let provider: FakeProvider;
let home: Home;
beforeAll(async () => {
  provider = await createFakeProvider();
  const fake = { provider: 'openai-compatible' };
  home = createHome({
    backends: {
      up: { ...fake, baseUrl: `${provider.url}/v1`, models: ['m', 'n'] },
      down: { ...fake, baseUrl: 'http://127.0.0.1:1/v1', models: ['gone'] },
    },
    aliases: { both: ['up/m', 'down/gone'] },
    cache: { enabled: false },
  });
});
afterAll(async () => {
  home.remove();
  await provider.close();
});

const show = async (...args: string[]): Promise<string> => (await runInProcess(args, { home })).out;
const read = async (...args: string[]): Promise<unknown> => JSON.parse(await show(...args, '--json'));

describe('claudette status', () => {
  it('has a line for each part that requests need', async () => {
    const lines = (await show('status')).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^PART +STATE +WHY$/));
    expect(lines).toContainEqual(expect.stringMatching(/^backend up +ok$/));
    expect(lines).toContainEqual(expect.stringMatching(/^backend down +not ok +.*ECONNREFUSED/));
  });

  it('says how much memory there is, and what the cache may take of it', async () => {
    expect((await show('status')).split('\n')).toContainEqual(
      expect.stringMatching(/^memory +normal +\d+ MiB of \d+ MiB \(.+\), at most 0 MiB for the cache$/),
    );
  });

  it('is the readiness and the state of the gateway as JSON', async () => {
    expect(await read('status')).toMatchObject({ ready: true, version: '0.1.0', draining: false, cache: null });
  });
});

describe('claudette backends', () => {
  it('lists providers, models and what cannot be reached', async () => {
    const lines = (await show('backends')).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^up +openai-compatible +m, n +ok$/));
    expect(lines).toContainEqual(expect.stringMatching(/^down +openai-compatible +gone +not ok: .*ECONNREFUSED/));
  });

  it('says where each is as JSON', async () => {
    expect(await read('backends')).toEqual([
      {
        name: 'up',
        provider: 'openai-compatible',
        baseUrl: `${provider.url}/v1`,
        models: ['m', 'n'],
        reachable: true,
        circuits: [],
      },
      expect.objectContaining({ name: 'down', reachable: false, reason: expect.stringContaining('ECONNREFUSED') }),
    ]);
  });
});

describe('claudette models', () => {
  it('lists aliases and targets', async () => {
    const out = await show('models');
    expect(out).toMatch(/^MODEL +FROM$/m);
    expect(out).toMatch(/^both +/m);
    expect(out).toMatch(/^up\/m +up$/m);
  });

  it('is a list as JSON', async () => {
    expect(await read('models')).toContainEqual(expect.objectContaining({ id: 'down/gone', ownedBy: 'down' }));
  });
});
