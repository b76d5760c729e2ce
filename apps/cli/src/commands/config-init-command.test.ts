import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished, RunOptions } from '../__fixtures__/run-in-process.js';

let home: Home;
beforeEach(() => {
  home = createHome();
  mkdirSync(join(home.folder, 'new'));
});
afterEach(() => home.remove());

const file = (): string => join(home.folder, 'new/claudette.config.json');
const written = (): Record<string, unknown> => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;

const init = (args: readonly string[], options: Partial<RunOptions> = {}, keys = {}): Promise<Finished> =>
  runInProcess(['config', 'init', file(), ...args], {
    home: { ...home, environment: { ...home.environment, ...keys } },
    ...options,
  });

const openaiKey = { OPENAI_API_KEY: 'sk-hunter2' };

describe('claudette config init --yes', () => {
  it('writes what is found, with the schema beside it, and no secret', async () => {
    const { code, out, err } = await init(['--yes'], {}, openaiKey);
    expect([code, out]).toEqual([0, `${file()}\n`]);
    expect(err).toMatch(/^backend openai with .* \(OPENAI_API_KEY is set\)$/m);
    expect(written()).toMatchObject({
      $schema: './claudette.schema.json',
      server: { host: '127.0.0.1', port: 3000 },
      auth: { mode: 'open' },
      backends: { openai: { provider: 'openai', apiKey: 'env:OPENAI_API_KEY', models: expect.anything() } },
      cache: { enabled: true },
    });
    expect(readFileSync(file(), 'utf8')).not.toContain('hunter2');
    expect(JSON.parse(readFileSync(join(home.folder, 'new/claudette.schema.json'), 'utf8'))).toHaveProperty(
      'properties',
    );
  });

  it('writes what claudette config check takes', async () => {
    await init(['--yes'], {}, openaiKey);
    const environment = { ...home.environment, ...openaiKey };
    const { code, out } = await runInProcess(['config', 'check', file()], { home: { ...home, environment } });
    expect([code, out]).toEqual([0, `ok: ${file()}\n`]);
  });

  it('replaces no file, unless it is told to', async () => {
    home.write('new/claudette.config.json', '{"mine":1}');
    expect(await init(['--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('exists; --force replaces it'),
    });
    expect(written()).toEqual({ mine: 1 });
    expect((await init(['--yes', '--force'])).code).toBe(0);
    expect(written()).not.toHaveProperty('mine');
    expect(readdirSync(join(home.folder, 'new')).sort()).toEqual(['claudette.config.json', 'claudette.schema.json']);
  });

  it.each([
    ['a folder that is not there', 'gone/x.json', []],
    ['a folder in its place', 'new', ['--force']],
  ])('says that it cannot write into %s', async (_name, place, args) => {
    const path = join(home.folder, place);
    expect(await runInProcess(['config', 'init', path, '--yes', ...args], { home })).toMatchObject({
      code: 3,
      err: expect.stringMatching(/cannot be written: (ENOENT|EISDIR)\n$/),
    });
  });
});

describe('claudette config init', () => {
  it('asks, and writes what was answered', async () => {
    const typed = 'maybe\nyes\n99999\n8080\nn\nno\n';
    const { code, err } = await init([], { typed }, openaiKey);
    expect(code).toBe(0);
    expect(err).toContain('(OPENAI_API_KEY is set)? [Y/n]');
    expect(err).toContain('claudette keys create');
    expect(written()).toMatchObject({
      server: { host: '0.0.0.0', port: 8080 },
      auth: { mode: 'keys' },
      backends: { openai: {} },
      cache: { enabled: false },
    });
  });

  it('takes an empty line for what it proposes', async () => {
    expect((await init([], { typed: 'n\n\n\n\n' }, openaiKey)).code).toBe(0);
    expect(written()).toMatchObject({ server: { host: '127.0.0.1', port: 3000 }, cache: { enabled: true } });
    expect(written()).not.toHaveProperty('backends.openai');
  });

  it('writes nothing when the answers end', async () => {
    expect(await init([], { typed: 'y\n' }, openaiKey)).toMatchObject({
      code: 130,
      err: expect.stringContaining('interrupted; nothing was changed'),
    });
    expect(readdirSync(join(home.folder, 'new'))).toEqual([]);
  });

  it('does not ask where nobody can answer', async () => {
    expect(await init([], { input: '' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no terminal to ask on; --yes writes what can be found'),
    });
  });
});
