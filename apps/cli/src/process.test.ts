import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { buildCli } from './__fixtures__/built-cli.js';
import type { BuiltCli } from './__fixtures__/built-cli.js';
import { configFor, createHome } from './__fixtures__/create-home.js';
import type { Home } from './__fixtures__/create-home.js';

let cli: BuiltCli;
let provider: FakeProvider;
let home: Home;

beforeAll(async () => {
  [cli, provider] = await Promise.all([buildCli(), createFakeProvider({ apiKey: 'right' })]);
  const lab = {
    provider: 'openai-compatible',
    baseUrl: `${provider.url}/v1`,
    models: ['m'],
    apiKey: 'env:LAB_KEY',
  };
  home = createHome(configFor(provider.url, { backends: { lab } }));
}, 60_000);
afterEach(() => provider.reset());
afterAll(async () => {
  cli.remove();
  home.remove();
  await provider.close();
});

const environment = { LAB_KEY: 'right' };
const MAX_LINGER_MS = 200;

describe('the command as a process', () => {
  it('puts the answer on standard output and nothing else anywhere', async () => {
    const { code, out, err } = await cli.run(['Hello', '--no-cache'], { home, environment });
    expect({ code, out, err }).toEqual({ code: 0, out: 'Echo: Hello\n', err: '' });
  });

  it('joins what is piped in to the argument', async () => {
    const { out } = await cli.run(['Sum up:'], { home, environment, input: 'piped text\n' });
    expect(out).toBe('Echo: Sum up:\n\npiped text\n');
  });

  it('answers what is piped in when there is no argument', async () => {
    expect((await cli.run([], { home, environment, input: 'only piped' })).out).toBe('Echo: only piped\n');
  });

  it.each([
    ['a whole answer', ['quick']],
    ['a streamed answer', ['quick stream', '--stream']],
    ['an answer from the cache', ['quick']],
    ['a list', ['models']],
    ['a table from the ledger', ['usage']],
    ['a check of the backends', ['backends']],
    ['a clearing of the cache', ['cache', 'clear']],
  ])('ends within 200 ms of its last byte: %s', async (_name, args) => {
    let leastMs = Infinity;
    // What keeps a process alive does so each time; a busy machine does not.
    for (let tries = 0; tries < 3 && leastMs >= MAX_LINGER_MS; tries += 1) {
      const { code, lingeredMs } = await cli.run(args, { home, environment });
      expect(code).toBe(0);
      leastMs = Math.min(leastMs, lingeredMs);
    }
    expect(leastMs).toBeLessThan(MAX_LINGER_MS);
  });

  it('ends without a fuss when the reader of its output leaves early', async () => {
    provider.behave({ kind: 'slow-drip', everyMs: 50, deltas: Array.from({ length: 100 }, () => 'word ') });
    const running = cli.start(['Talk', '--stream'], { home, environment });
    await eventually(() => running.out() !== '', { withinMs: 10_000 });
    running.child.stdout?.destroy();
    expect(await running.ended).toMatchObject({ code: 0, err: '' });
    await eventually(() => provider.calls[0]?.aborted === true);
  });
});

describe('Ctrl-C', () => {
  it('exits with 130 and aborts the call to the backend', async () => {
    provider.behave({ kind: 'stall', beforeContent: true });
    const running = cli.start(['Wait'], { home, environment });
    await eventually(() => provider.count() === 1, { withinMs: 10_000 });
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, out: '' });
    await eventually(() => provider.calls[0]?.aborted === true);
  });

  it('exits with 130 in the middle of a stream and keeps what was printed', async () => {
    provider.behave({ kind: 'stall', deltas: ['one ', 'two ', 'three'] });
    const running = cli.start(['Stream', '--stream'], { home, environment });
    await eventually(() => running.out() === 'one ', { withinMs: 10_000 });
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, out: 'one ' });
    await eventually(() => provider.calls[0]?.aborted === true);
  });
});

describe('the exit code', () => {
  it.each([
    [0, 'an answer', ['fine']],
    [1, 'a key that does not exist', ['keys', 'revoke', 'nobody']],
    [2, 'an unknown option', ['--frobnicate']],
    [2, 'no prompt', []],
    [3, 'a configuration file that does not exist', ['hi', '--config', 'nowhere.json']],
    [5, 'an unknown model', ['hi', '-m', 'nonesuch']],
  ])('is %d for %s', async (expected, _name, args) => {
    expect((await cli.run(args, { home, environment })).code).toBe(expected);
  });

  it('is 1 when the backend fails', async () => {
    provider.behave({ kind: 'status', status: 500 });
    const { code, out, err } = await cli.run(['fail', '--no-cache'], { home, environment });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('lab');
  });

  it.each([
    ['wrong', { LAB_KEY: 'canary-0123456789' }],
    ['absent', {}],
  ])('is 4 when the credential is %s, which is not told', async (_name, keys) => {
    const { code, err } = await cli.run(['key', '--debug'], { home, environment: keys });
    expect(code).toBe(4);
    expect(err).not.toContain('canary');
  });

  it('is 5 when no backend can be reached', async () => {
    const other = home.write('down.json', JSON.stringify(configFor('http://127.0.0.1:1')));
    expect((await cli.run(['hi', '--config', other], { home })).code).toBe(5);
  });

  it('is 6 when the backend limits the rate', async () => {
    provider.behave({ kind: 'status', status: 429 });
    expect((await cli.run(['limit', '--no-cache'], { home, environment })).code).toBe(6);
  });

  it('is 124 when the time is up', async () => {
    provider.behave({ kind: 'stall', beforeContent: true });
    const { code, out } = await cli.run(['slow', '--timeout', '0.3'], { home, environment });
    expect({ code, out }).toEqual({ code: 124, out: '' });
    await eventually(() => provider.calls[0]?.aborted === true);
  });
});

describe('a start', () => {
  /** What node resolved while the command ran: files of the bundle by name, everything else as it is. */
  const loadedBy = async (...args: string[]): Promise<string[]> => {
    const log = home.write('loaded.txt', '');
    const hooks = `import { appendFileSync } from 'node:fs';
      export async function resolve(specifier, context, next) {
        const resolved = await next(specifier, context);
        appendFileSync(${JSON.stringify(log)}, resolved.url + '\\n');
        return resolved;
      }`;
    const recorder = home.write(
      'record-loads.mjs',
      `import { register } from 'node:module';
       register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));`,
    );
    const starter = [process.execPath, '--import', recorder] as const;
    expect((await cli.run(args, { home, environment, starter })).code).toBe(0);
    const urls = readFileSync(log, 'utf8').trim().split('\n');
    return [...new Set(urls.map((url) => url.replace(`${pathToFileURL(cli.folder).href}/`, '')))];
  };

  it('loads nothing for --version but main.js and the shreds it shares', async () => {
    const loaded = await loadedBy('--version');
    expect(loaded.filter((name) => !name.startsWith('chunks/chunk-'))).toEqual(['main.js', 'node:module']);
    const bytes = loaded
      .filter((name) => name !== 'node:module')
      .map((name) => readFileSync(join(cli.folder, name)).length);
    expect(bytes.reduce((sum, length) => sum + length)).toBeLessThan(8192);
  });

  it('loads the commands, but neither gateway nor server, for --help', async () => {
    const loaded = await loadedBy('--help');
    expect(loaded).toContainEqual(expect.stringMatching(/^chunks\/program-/));
    expect(loaded.filter((name) => /sqlite|^chunks\/(src|dist)-/.test(name))).toEqual([]);
  });

  it('loads the gateway, but not the server, for a prompt', async () => {
    const holds = (name: string, text: string): boolean =>
      name.startsWith('chunks/') && readFileSync(join(cli.folder, name), 'utf8').includes(text);
    const loaded = await loadedBy('load');
    expect(loaded).toContainEqual(expect.stringContaining('better-sqlite3'));
    expect(loaded.filter((name) => holds(name, 'FST_ERR_CTP_BODY_TOO_LARGE'))).toEqual([]);
  });
});
