import { describe, expect, it } from '@jest/globals';

import { checkLockfile, listDependencies } from './lockfile.js';

const integrity = `sha512-${'A'.repeat(86)}==`;
const sound = { version: '1.2.3', integrity, license: 'MIT' };

describe('the check of the lockfile', () => {
  it('is content with packages that are bound to their contents, and with our own', () => {
    const lockfile = {
      '': {},
      'packages/core': { version: '0.1.0' },
      'node_modules/@claudette/core': { resolved: 'packages/core', link: true },
      'node_modules/a': sound,
    };
    expect(checkLockfile(lockfile)).toEqual([]);
  });

  it.each([
    ['a package that is bound to nothing', { version: '1.2.3' }, 'node_modules/a has no sha512 of its contents'],
    ['a weak hash', { ...sound, integrity: 'sha1-AAAA' }, 'node_modules/a has no sha512 of its contents'],
    ['a commit', { ...sound, resolved: 'git+ssh://git@example.com/a.git#1' }, 'node_modules/a comes from git+ssh:'],
    ['an address', { ...sound, resolved: 'https://example.com/a.tgz' }, 'node_modules/a comes from https:'],
    ['a file', { ...sound, resolved: 'file:a.tgz' }, 'node_modules/a comes from file:'],
    ['no version', { integrity }, 'node_modules/a has no version but nothing'],
  ])('refuses %s', (_name, locked, problem) => {
    expect(checkLockfile({ 'node_modules/a': locked })).toEqual([problem]);
  });
});

describe('the list of dependencies', () => {
  it('has a package for each place, by name, and says what is for development', () => {
    const lockfile = {
      'node_modules/b': { ...sound, dev: true },
      'packages/core/node_modules/@s/a': sound,
      'node_modules/b/node_modules/a': { ...sound, devOptional: true },
    };
    expect(listDependencies(lockfile).map(({ name, isForDevelopment }) => [name, isForDevelopment])).toEqual([
      ['@s/a', false],
      ['a', true],
      ['b', true],
    ]);
  });
});
