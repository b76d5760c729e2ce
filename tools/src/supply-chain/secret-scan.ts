import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { createRedactor } from '@claudette/credentials';

import { repositoryRoot } from '../workspace.js';

/** Where something stands that looks like a real key. The key itself is not repeated. */
export interface FoundSecret {
  readonly path: string;
  readonly line: number;
  /** How it begins. */
  readonly start: string;
}

/** Real keys are longer than what stands for them in examples and tests; AWS's are an exception. */
const candidates = /[A-Za-z0-9_-]{32,}|\bA[KS]IA[A-Z0-9]{16}\b/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const SHOWN_CHARACTERS = 8;

const { redact } = createRedactor();

/** What looks like a key in a text: whatever the product would mask in its logs, and private keys. */
export function findSecrets(path: string, text: string): readonly FoundSecret[] {
  // A certificate of a test needs its key.
  const mayHoldKeys = path.includes('/__fixtures__/') || path === 'packages/testing/src/certificate.ts';
  return text.split('\n').flatMap((content, index) => {
    const keys = (content.match(candidates) ?? []).filter((candidate) => redact(candidate) !== candidate);
    const starts = keys.map((key) => key.slice(0, SHOWN_CHARACTERS));
    if (!mayHoldKeys && privateKey.test(content)) starts.push('-----BEGIN');
    return starts.map((start) => ({ path, line: index + 1, start }));
  });
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });

const listed = (output: string): readonly string[] => output.split('\0').filter((path) => path !== '');

const scan = (path: string, text: string): readonly FoundSecret[] =>
  // The hashes of a lockfile are none, and bytes are no text.
  path === 'package-lock.json' || text.includes('\0') ? [] : findSecrets(path, text);

/** Looks through every file of the repository, as it lies there. */
export const scanFiles = (): readonly FoundSecret[] =>
  listed(git('ls-files', '-z', '--cached', '--others', '--exclude-standard'))
    .filter((path) => existsSync(join(repositoryRoot, path)) && statSync(join(repositoryRoot, path)).isFile())
    .flatMap((path) => scan(path, readFileSync(join(repositoryRoot, path), 'utf8')));

/** Looks through what the next commit would change, as it would be. */
export const scanStaged = (): readonly FoundSecret[] =>
  listed(git('diff', '--cached', '--name-only', '-z', '--diff-filter=d')).flatMap((path) =>
    scan(path, git('show', `:${path}`)),
  );
