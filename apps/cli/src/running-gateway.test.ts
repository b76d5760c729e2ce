import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { buildCli } from './__fixtures__/built-cli.js';
import type { BuiltCli, Running } from './__fixtures__/built-cli.js';
import { configFor, createHome } from './__fixtures__/create-home.js';
import type { Home } from './__fixtures__/create-home.js';
import { runInProcess } from './__fixtures__/run-in-process.js';
import type { Finished } from './__fixtures__/run-in-process.js';

let cli: BuiltCli;
let home: Home;
let running: Running;
let url: string;
const keys: Record<string, string> = {};

beforeAll(async () => {
  cli = await buildCli();
  home = createHome(configFor('http://127.0.0.1:9', { auth: { mode: 'keys' } }));
  for (const role of ['admin', 'client']) {
    const made = await runInProcess(['keys', 'create', '--name', role, '--role', role, '--json'], { home });
    keys[role] = (JSON.parse(made.out) as { readonly key: string }).key;
  }
  running = cli.start(['serve', '--port', '0'], { home });
  await eventually(() => running.out().includes('Try: curl'), { withinMs: 30_000 });
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '';
}, 60_000);
afterAll(async () => {
  running.child.kill('SIGTERM');
  await running.ended;
  cli.remove();
  home.remove();
});

const run = (args: readonly string[], key?: string): Promise<Finished> => {
  const environment = key === undefined ? home.environment : { ...home.environment, CLAUDETTE_GATEWAY_KEY: key };
  return runInProcess([...args, '--url', url], { home: { ...home, environment } });
};

describe('a gateway that runs and asks for keys', () => {
  it.each([[['backends']], [['cache', 'stats']], [['config', 'diff']]])('is asked with the key: %s', async (args) => {
    expect(await run(args, keys['admin'])).toMatchObject({ code: 0 });
  });

  it('without one is refused, and it is said how to send one', async () => {
    const { code, err } = await run(['backends']);
    expect(code).toBe(4);
    expect(err).toContain('asks for a gateway key; set CLAUDETTE_GATEWAY_KEY');
  });

  it('with one that is wrong says so, without repeating it', async () => {
    const { code, err } = await run(['backends'], 'ck-nobody-made-this');
    expect(code).toBe(4);
    expect(err).toContain('the gateway key is');
    expect(err).not.toContain('nobody-made-this');
  });

  it('does not let a client do what is for others', async () => {
    const { code, err } = await run(['cache', 'clear'], keys['client']);
    expect([code, err]).toEqual([4, expect.stringContaining('not allowed')]);
  });
});
