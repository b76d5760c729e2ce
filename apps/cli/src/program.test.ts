import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';

import { createHome } from './__fixtures__/create-home.js';
import type { Home } from './__fixtures__/create-home.js';
import { runInProcess } from './__fixtures__/run-in-process.js';
import type { Finished } from './__fixtures__/run-in-process.js';
import { createProgram } from './program.js';

let home: Home;
beforeAll(() => void (home = createHome({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } })));
afterAll(() => home.remove());

const run = (...args: string[]): Promise<Finished> => runInProcess(args, { home });

describe('an option', () => {
  it.each([
    [['--sream', 'hi'], '--stream'],
    [['hi', '--no-cach'], '--no-cache'],
    [['--max-token', '5'], '--max-tokens'],
    [['usage', '--byy', 'day'], '--by'],
    [['serve', '--prt', '1'], '--port'],
    [['cache', 'stats', '--jsn'], '--json'],
  ])('that does not exist is refused with the nearest name: %j', async (args, nearest) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`(Did you mean ${nearest}?)`);
  });

  it.each([
    [['usage', '-m', 'x'], '-m, --model <name>', 'usage'],
    [['-t', '0', 'status'], '-t, --temperature <number>', 'status'],
    [['cache', 'stats', '--no-cache'], '--no-cache', 'stats'],
    [['serve', '--json'], '--json', 'serve'],
  ])('that has no effect on the command is refused: %j', async (args, flags, command) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(`option '${flags}' has no effect on '${command}'`);
  });

  it.each([
    [['-t', '2.1'], 'a number from 0 to 2'],
    [['-t', ''], 'a number from 0 to 2'],
    [['-t', 'warm'], 'a number from 0 to 2'],
    [['--max-tokens', '0'], 'a whole number from 1'],
    [['--max-tokens', '1.5'], 'a whole number from 1'],
    [['--timeout', '0'], 'a number from 0.001 to 86400'],
    [['--timeout', 'NaN'], 'a number from 0.001 to 86400'],
  ])('out of its range is refused with the range: %j', async (args, range) => {
    const { code, err } = await run('hi', ...args);
    expect(code).toBe(2);
    expect(err).toContain(range);
  });

  it.each([[['usage', '--json']], [['--json', 'usage']], [['--json', 'cache', 'stats']], [['keys', '--json', 'list']]])(
    'may stand before, between and behind the words of a command: %j',
    async (args) => {
      const { code, out } = await run(...args);
      expect(code).toBe(0);
      expect(() => void JSON.parse(out)).not.toThrow();
    },
  );

  it('never takes a secret, which every user of the machine could read', () => {
    const withAll = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(withAll)];
    const names = withAll(createProgram()).flatMap((command) => [
      ...command.options.map((option) => option.long ?? ''),
      ...command.registeredArguments.map((argument) => argument.name()),
    ]);
    expect(names).toContain('--backend');
    expect(
      names.filter((name) => /key|secret|token|password|credential/i.test(name) && name !== '--max-tokens'),
    ).toEqual([]);
  });
});

describe('a command', () => {
  it.each([['cache'], ['keys']])('that needs another word shows its help: %s', async (name) => {
    const { code, out, err } = await run(name);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`Usage: claudette ${name}`);
  });

  it('with an unknown second word is refused with the nearest', async () => {
    const { code, err } = await run('cache', 'claer');
    expect(code).toBe(2);
    expect(err).toContain('(Did you mean clear?)');
  });

  it('takes no words that it does not know', async () => {
    expect((await run('status', 'now')).code).toBe(2);
  });

  it.each([
    [['--help'], '[prompt] [files...]'],
    [['help'], '[prompt] [files...]'],
    [['help', 'usage'], '--days'],
    [['keys', '--help'], 'revoke'],
    [['usage', '-h'], '--config'],
  ])('is explained on standard output: %j', async (args, words) => {
    const { code, out, err } = await run(...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(words);
  });

  it('reports an error of its configuration by file, path and nearest key', async () => {
    const config = home.write('wrong.json', JSON.stringify({ sever: {} }));
    const { code, err } = await run('models', '--config', config);
    expect(code).toBe(3);
    expect(err).toContain(config);
    expect(err).toContain('sever is not a known key; did you mean server?');
  });
});

describe('--', () => {
  it.each([[['--', 'serve']], [['-q', '--', 'serve']], [['-s', 'usage', '--', 'serve']]])(
    'makes a prompt of a word that is a command: %j',
    async (args) => {
      expect(await run(...args)).toMatchObject({ code: 0, out: expect.stringContaining('You wrote: serve') });
    },
  );

  it('makes a prompt of a word that looks like an option', async () => {
    expect((await run('--', '--help')).out).toContain('You wrote: --help');
  });

  it('changes nothing behind a command', async () => {
    expect((await run('cache', '--', 'stats')).out).toContain('TIER');
  });

  it('does not hide an option that lacks its value', async () => {
    expect(await run('-m', '--', 'hi')).toMatchObject({ code: 2, err: expect.stringContaining('argument missing') });
  });
});

describe('--version', () => {
  it.each([['--version'], ['-V']])('prints the version: %s', async (flag) => {
    expect(await run(flag)).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });
});
