import { readFileSync } from 'node:fs';

import { runReadmeExample } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createHome } from './__fixtures__/create-home.js';
import type { Home } from './__fixtures__/create-home.js';
import { capture } from './__fixtures__/run-in-process.js';
import { exitCodes } from './exit-code.js';
import { createProgram } from './program.js';

const readme = new URL('../README.md', import.meta.url);
const text = readFileSync(readme, 'utf8');

let home: Home;
beforeAll(() => void (home = createHome({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } })));
afterAll(() => home.remove());

describe('the README', () => {
  it('has an example that runs', async () => {
    const { result, out } = await capture({ home }, () => runReadmeExample(readme));
    expect(result).toEqual(['exit code: 0']);
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ id: 'demo/demo-1' }));
  });

  it('tells of every command', () => {
    const commands = createProgram().commands.flatMap((command) =>
      command.commands.length === 0
        ? [command.name()]
        : command.commands.map((inner) => `${command.name()} ${inner.name()}`),
    );
    expect(commands.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
  });

  it('tells of every option', () => {
    const { options, commands } = createProgram();
    const all = [
      ...options,
      ...commands.flatMap((command) => [...command.options, ...command.commands.flatMap((inner) => inner.options)]),
    ];
    const names = all.map(({ long }) => long ?? '').filter((long) => long !== '--version');
    expect(names.filter((long) => !text.includes(long))).toEqual([]);
  });

  it('tells of every exit code', () => {
    const told = [...text.matchAll(/^\| (\d+) +\|/gm)].map((row) => Number(row[1]));
    expect(told).toEqual(Object.values(exitCodes));
  });
});
