import { spawnSync } from 'node:child_process';

import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { buildCli } from './__fixtures__/built-cli.js';
import type { BuiltCli, Running } from './__fixtures__/built-cli.js';
import { configFor, createHome } from './__fixtures__/create-home.js';
import type { Home } from './__fixtures__/create-home.js';

/** Runs its arguments on a terminal of their own and ends as they do. */
const onTerminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
const hasTerminals = spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode'], { stdio: 'ignore' }).status === 0;
const whenPossible = hasTerminals || process.env['CLAUDETTE_TEST_REQUIRE'] === 'all' ? describe : describe.skip;

let cli: BuiltCli;
let provider: FakeProvider;
let home: Home;

beforeAll(async () => {
  [cli, provider] = await Promise.all([buildCli(), createFakeProvider()]);
  home = createHome(configFor(provider.url));
}, 60_000);
afterEach(() => provider.reset());
afterAll(async () => {
  cli.remove();
  home.remove();
  await provider.close();
});

whenPossible('on a terminal (needs python3 with pty)', () => {
  const start = (...args: string[]): Running =>
    cli.start(args, { home, input: null, starter: ['python3', '-c', onTerminal, process.execPath] });

  it('streams, and does not wait for standard input', async () => {
    provider.behave({ kind: 'stall', deltas: ['one ', 'two'] });
    const running = start('Count');
    await eventually(() => running.out().startsWith('one '), { withinMs: 10_000 });
    expect(provider.calls[0]?.json).toMatchObject({ stream: true });
    running.child.kill('SIGKILL');
  });

  it('ends the stream with a line break and exits', async () => {
    const { code, out } = await start('Count', '--no-cache').ended;
    expect({ code, out }).toEqual({ code: 0, out: 'Echo: Count\r\n' });
  });

  it('prints the answer when it is whole with --no-stream', async () => {
    expect((await start('Whole', '--no-stream', '--no-cache').ended).out).toBe('Echo: Whole\r\n');
    expect(provider.calls[0]?.json).not.toMatchObject({ stream: true });
  });

  it('asks for a prompt when there is none', async () => {
    expect(await start().ended).toMatchObject({ code: 2, out: expect.stringContaining('there is no prompt') });
  });
});

describe('claudette serve', () => {
  it('prints its address, answers, and ends with 0 at SIGTERM', async () => {
    const running = cli.start(['serve', '--port', '0'], { home });
    await eventually(() => running.out().includes('Try: curl'), { withinMs: 15_000 });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '';
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'lab/m', messages: [{ role: 'user', content: 'over HTTP' }] }),
    });
    expect(await response.text()).toContain('Echo: over HTTP');
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0, out: expect.stringContaining('Backends: lab (m)') });
  });

  it('does not open the door beyond loopback without keys', async () => {
    const { code, err } = await cli.run(['serve', '--port', '0', '--host', '0.0.0.0'], { home });
    expect(code).toBe(3);
    expect(err).toContain('auth.mode');
  });

  it('logs each exchange with --debug', async () => {
    const quiet = createHome(configFor(provider.url, { logging: { level: 'silent' } }));
    const running = cli.start(['serve', '--port', '0', '--debug'], { home: quiet });
    await eventually(() => running.out().includes('Try: curl'), { withinMs: 15_000 });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '';
    await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{' })).text();
    running.child.kill('SIGTERM');
    expect((await running.ended).err).toContain('exchange failed');
    quiet.remove();
  });
});
