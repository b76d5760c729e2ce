import { spawnSync } from 'node:child_process';

import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { buildCli } from '../__fixtures__/built-cli.js';
import type { BuiltCli, Running } from '../__fixtures__/built-cli.js';
import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';

/** Runs its arguments on a terminal of their own and ends as they do. */
const onTerminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
const hasTerminals =
  spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode'], { stdio: 'ignore' }).status === 0;
const whenPossible = hasTerminals || process.env['CLAUDETTE_TEST_REQUIRE'] === 'all' ? describe : describe.skip;

const KEY = 'sk-canary-0123456789abcdef';
const PASSPHRASE = 'correct horse battery';

let cli: BuiltCli;
let home: Home;
beforeAll(async () => {
  cli = await buildCli();
  home = createHome({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } });
}, 60_000);
afterAll(() => {
  cli.remove();
  home.remove();
});

whenPossible('claudette credentials set on a terminal (needs python3 with pty)', () => {
  const start = (...args: string[]): Running =>
    cli.start(['credentials', ...args], {
      home,
      input: null,
      starter: ['python3', '-c', onTerminal, process.execPath],
    });

  /** Types each line as soon as its question is there. */
  const answer = async (running: Running, ...dialogue: readonly (readonly [question: string, line: string])[]) => {
    for (const [question, line] of dialogue) {
      await eventually(() => running.out().includes(question), { withinMs: 20_000 });
      running.child.stdin?.write(`${line}\r`);
    }
    return running.ended;
  };

  it('asks for the value and a new passphrase, shows neither, and another process finds the credential', async () => {
    const { code, out } = await answer(
      start('set', 'lab'),
      ['Value of lab', KEY],
      ['Passphrase for a new credential file', PASSPHRASE],
      ['The same again', PASSPHRASE],
    );
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('added in file: lab') });
    expect(out).not.toMatch(/sk-canary|horse/);

    const listed = await answer(start('list'), ['Passphrase of the credential file', PASSPHRASE]);
    expect(listed).toMatchObject({ code: 0, out: expect.stringMatching(/lab +file +[0-9a-f]{8}/) });
    const environment = { CLAUDETTE_PASSPHRASE: PASSPHRASE };
    const piped = await cli.run(['credentials', 'list', '--json'], { home, environment });
    expect(JSON.parse(piped.out)).toEqual([expect.objectContaining({ name: 'lab', source: 'file' })]);
  }, 60_000);

  it('says that a passphrase is wrong, and what to do', async () => {
    const { code, out } = await answer(start('list'), ['Passphrase of the credential file', 'another passphrase']);
    expect(code).toBe(3);
    expect(out).toContain('does not open with this passphrase. Give the one it was made with; nothing was changed');
    expect(out).not.toMatch(/ at .*\.js:\d/);
  }, 60_000);

  it('ends with 130 on Ctrl-C', async () => {
    const running = start('set', 'lab');
    await eventually(() => running.out().includes('Value of lab'), { withinMs: 20_000 });
    running.child.stdin?.write('\u0003');
    expect((await running.ended).code).toBe(130);
  }, 60_000);
});
