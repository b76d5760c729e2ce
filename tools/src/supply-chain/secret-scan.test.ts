import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../workspace.js';
import { findSecrets, scanFiles, scanStaged } from './secret-scan.js';

/** Put together here, so that this file holds none. */
const keys = {
  anthropic: `sk-ant-api03-${'aB3_'.repeat(20)}`,
  openai: `sk-proj-${'Zy9-'.repeat(20)}`,
  gemini: `AIza${'SyD-4'.repeat(7)}`,
  groq: `gsk_${'x9Z4'.repeat(13)}`,
  gateway: `claudette-${'b7-_'.repeat(10)}abc`,
  aws: `AKIA${'IOSFODNN7EXAMPLE'}`,
};

describe('the search for secrets', () => {
  it.each(Object.entries(keys))('finds a key of the kind %s and does not repeat it', (_kind, key) => {
    expect(findSecrets('a.ts', `one\nconst key = '${key}';`)).toEqual([
      { path: 'a.ts', line: 2, start: key.slice(0, 8) },
    ]);
  });

  it('finds a private key, but for those of test certificates', () => {
    const text = `-----BEGIN ${'PRIVATE'} KEY-----`;
    expect(findSecrets('src/a.ts', text)).toHaveLength(1);
    expect(findSecrets('src/__fixtures__/a.ts', text)).toEqual([]);
  });

  it.each([
    ['sk-fake-0123456789'],
    ['sk-ant-...'],
    ['a-long-name-of-something-in-kebab-case'],
    [`sha512-${'Ab3'.repeat(30)}`],
  ])('leaves %j alone', (text) => {
    expect(findSecrets('a.ts', text)).toEqual([]);
  });
});

describe('the files of the repository', () => {
  it('hold nothing that looks like a key', () => {
    expect(scanFiles()).toEqual([]);
  });

  it('bring nothing that does into the next commit', () => {
    expect(scanStaged()).toEqual([]);
  });
});

describe('the Git hook', () => {
  it('refuses a commit with a key, and lets others pass', () => {
    const folder = mkdtempSync(join(tmpdir(), 'claudette-hook-'));
    // An index of this test's own; what it puts into the objects, Git cleans up.
    const env = { ...process.env, GIT_INDEX_FILE: join(folder, 'index'), NODE_OPTIONS: '' };
    const options = { cwd: repositoryRoot, env, encoding: 'utf8', stdio: 'pipe' } as const;
    const stage = (text: string): void => {
      writeFileSync(join(folder, 'text'), text);
      const hash = execFileSync('git', ['hash-object', '-w', join(folder, 'text')], options).trim();
      execFileSync('git', ['update-index', '--add', '--cacheinfo', `100644,${hash},sly.ts`], options);
    };
    const commit = (): string => execFileSync(join(repositoryRoot, 'tools/hooks/pre-commit'), options);
    try {
      execFileSync('git', ['read-tree', 'HEAD'], options);
      stage('export const key = 1;\n');
      expect(commit()).toBe('');
      stage(`export const key = '${keys.openai}';\n`);
      expect(commit).toThrow('sly.ts:1: looks like a key: sk-proj-...');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
