import type { CacheStats, TierCounts } from '@claudette/gateway';
import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { buildCli } from '../__fixtures__/built-cli.js';
import type { BuiltCli, Running } from '../__fixtures__/built-cli.js';
import { configFor, createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished } from '../__fixtures__/run-in-process.js';

let cli: BuiltCli;
let provider: FakeProvider;
let home: Home;
let running: Running;
let url: string;

beforeAll(async () => {
  [cli, provider] = await Promise.all([buildCli(), createFakeProvider()]);
}, 60_000);
afterAll(async () => {
  cli.remove();
  await provider.close();
});
beforeEach(async () => {
  home = createHome(configFor(provider.url));
  await serve();
}, 60_000);
afterEach(async () => {
  await stop();
  home.remove();
});

const serve = async (): Promise<void> => {
  running = cli.start(['serve', '--port', '0'], { home });
  await eventually(() => running.out().includes('Try: curl'), { withinMs: 30_000 });
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '';
};
const stop = async (): Promise<void> => {
  running.child.kill('SIGTERM');
  await running.ended;
};

const run = (...args: string[]): Promise<Finished> => runInProcess(args, { home });
const read = async <Value>(...args: string[]): Promise<Value> =>
  JSON.parse((await run(...args, '--json')).out) as Value;
/** Asks the server; says whether the cache answered. */
const asksForHit = async (prompt: string): Promise<boolean> => {
  const response = await fetch(`${url}/api/optimize`, { method: 'POST', body: JSON.stringify({ prompt }) });
  return ((await response.json()) as { readonly cacheHit: boolean }).cacheHit;
};
const stats = () => read<{ stats: CacheStats; entries: TierCounts }>('cache', 'stats', '--url', url);
/** Until the server has written what waits. */
const stored = (count: number): Promise<void> =>
  eventually(async () => (await stats()).entries.secondTier === count, { withinMs: 10_000 });

describe('the cache of a gateway that runs', () => {
  it('is counted, listed and cleared at its address', async () => {
    await asksForHit('one');
    await asksForHit('two');
    await stored(2);
    expect(await stats()).toMatchObject({ entries: { memory: 2, secondTier: 2 }, stats: { misses: 2 } });
    const { out } = await run('cache', 'list', '--url', url, '--model', 'm');
    expect(out).toMatch(/:lab\/m +key:local +generate .* memory \+ store$/m);
    expect((await run('cache', 'clear', '--url', url, '--backend', 'lab')).out).toBe(
      'TIER    BEFORE  REMOVED  AFTER\nmemory  2       2        0\nstore   2       2        0\n',
    );
    expect(await asksForHit('one')).toBe(false);
  });

  it('forgets what another process clears in the store, its memory too', async () => {
    await asksForHit('one');
    await stored(1);
    expect(await asksForHit('one')).toBe(true);
    expect(await read('cache', 'clear')).toMatchObject({ removed: { secondTier: 1 } });
    await eventually(async () => (await stats()).entries.memory === 0, { withinMs: 10_000 });
    expect(await asksForHit('one')).toBe(false);
  });

  it('has what saved most brought into its memory after a restart', async () => {
    await asksForHit('one');
    await asksForHit('one');
    await asksForHit('two');
    await stored(2);
    await stop();
    await serve();
    expect((await stats()).entries).toEqual({ memory: 0, secondTier: 2 });
    const { out, err } = await run('cache', 'warm', '--url', url);
    expect(out).toMatch(/^MEMORY +BEFORE +AFTER\nentries +0 +1\nbytes +0 +\d+\n\nWANTED .*\n1 +1 +0 +0 +0\n$/);
    expect(err).toMatch(/^1 of 1: 1 brought into memory, \d+ bytes$/m);
    expect((await stats()).entries.memory).toBe(1);
  });

  it('is asked the questions of a file', async () => {
    const file = home.write('requests.jsonl', '{"prompt":"one"}\n{"prompt":"two"}\n');
    expect(await read('cache', 'warm', '--file', file, '--url', url)).toMatchObject({ questions: 2, stored: 2 });
    expect(await asksForHit('two')).toBe(true);
  });

  it('refuses in its own words what it does not understand', async () => {
    expect(await run('cache', 'clear', '--url', url, '--scope', 'house')).toEqual({
      code: 2,
      out: '',
      err: 'claudette: The request is not valid: scope must be one of key, user, team, shared, but is "house"\n',
    });
  });

  it('is looked for in vain where no gateway runs', async () => {
    expect(await run('cache', 'stats', '--url', 'http://127.0.0.1:1')).toMatchObject({
      code: 5,
      err: expect.stringContaining('no gateway answers at http://127.0.0.1:1'),
    });
    expect((await run('cache', 'stats', '--url', 'here')).code).toBe(2);
  });
});
