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
const hasTerminals =
  spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode'], { stdio: 'ignore' }).status === 0;
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
