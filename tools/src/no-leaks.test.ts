import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { readText, repositoryRoot } from './workspace.js';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: repositoryRoot,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(repositoryRoot, path)))
  .filter((path) => !/\.(png|jpe?g|gif|ico|woff2?|gz|db)$/.test(path));

/** Folders of one person's or one machine's: nobody else has them. Ada is the invented user of examples. */
const machinePath = /(?<![\w.:/-])\/(?:home|Users|root|work)\/(?!ada\b)[\w.-]+/;

describe('the files of the repository', () => {
  it('leave the registry out of the lockfile', () => {
    const lock = JSON.parse(readText('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
    const resolved = Object.values(lock.packages).flatMap((entry) => entry.resolved ?? []);
    expect(resolved.filter((place) => place.includes('://'))).toEqual([]);
  });

  it('name no folder of the machine they were written on', () => {
    const named = tracked.filter((path) => path !== 'package-lock.json' && machinePath.test(readText(path)));
    expect(named).toEqual([]);
  });
});
