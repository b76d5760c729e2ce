import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { readSourceFiles } from './source-files.js';
import { readProjects, repositoryRoot } from './workspace.js';

const maxLines = 400;
const bannedWords = ['common', 'helper', 'helpers', 'manager', 'misc', 'service', 'util', 'utils'];

const folders = [...readProjects().map(({ folder }) => folder), 'tools'];
const sources = folders.flatMap((folder) => readSourceFiles(folder));
const isListing = (path: string): boolean => basename(path) === 'wire.ts' || path.endsWith('.generated.ts');

describe('the source files', () => {
  it(`have ${maxLines} lines at most, wire types and generated data excepted`, () => {
    const long = sources.filter(({ path, text }) => !isListing(path) && text.trimEnd().split('\n').length > maxLines);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('have names in kebab-case that say what they hold', () => {
    const names = sources
      .map(({ path }) => path)
      .filter((path) => {
        const name = basename(path).replace(/(\.test|\.generated)?\.ts$/, '');
        return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.split('-').some((word) => bannedWords.includes(word));
      });
    expect(names).toEqual([]);
  });

  it('stand in folders that say what they hold', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths.filter((path) => path.split('/').some((part) => bannedWords.includes(part)))).toEqual([]);
  });
});

describe('the repository', () => {
  it('has a README in every package and app', () => {
    const silent = readProjects().filter(({ folder }) => !existsSync(join(repositoryRoot, folder, 'README.md')));
    expect(silent.map(({ folder }) => folder)).toEqual([]);
  });

  it('tracks no built file', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: repositoryRoot, encoding: 'utf8' }).split('\n');
    expect(tracked.filter((path) => /(^|\/)(dist|out-tsc|node_modules|test-output|coverage)\//.test(path))).toEqual([]);
  });
});
