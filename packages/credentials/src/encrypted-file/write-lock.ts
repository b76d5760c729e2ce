import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { Clock } from '@claudette/core';

/** A writer holds its lock for less than a second: one that is so old was left behind by a crash. */
const ABANDONED_AFTER_MS = 30_000;
const PATIENCE_MS = 10_000;
const POLL_MS = 25;

const hasCode = (thrown: unknown, code: string): boolean => (thrown as NodeJS.ErrnoException).code === code;

const ageMs = async (path: string, clock: Clock): Promise<number> => {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: clock.epochMs() }));
  return clock.epochMs() - mtimeMs;
};

/** Moves an abandoned lock out of the way; one that is fresh after all, because another writer was faster, goes back. */
async function removeAbandoned(path: string, clock: Clock): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await ageMs(aside, clock)) < ABANDONED_AFTER_MS) await link(aside, path);
  } catch (thrown) {
    if (!hasCode(thrown, 'ENOENT') && !hasCode(thrown, 'EEXIST')) throw thrown;
  } finally {
    await rm(aside, { force: true });
  }
}

async function acquire(path: string, owner: string, clock: Clock): Promise<void> {
  const startedAt = clock.now();
  for (;;) {
    try {
      await writeFile(path, owner, { flag: 'wx', mode: 0o600 });
      return;
    } catch (thrown) {
      if (!hasCode(thrown, 'EEXIST')) throw thrown;
    }
    if ((await ageMs(path, clock)) >= ABANDONED_AFTER_MS) {
      await removeAbandoned(path, clock);
    } else if (clock.now() - startedAt >= PATIENCE_MS) {
      throw new Error(`is being written by another process (its lock is ${path}). Try again in half a minute`);
    } else {
      // Unlike a timer of the clock this one keeps a command alive that has nothing else to wait for.
      await setTimeout(POLL_MS);
    }
  }
}

/** Runs the work while no other process that asks for the same lock does. */
export async function withWriteLock<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const owner = randomBytes(16).toString('hex');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await acquire(path, owner, clock);
  try {
    return await work();
  } finally {
    const holder = await readFile(path, 'utf8').catch(() => undefined);
    if (holder === owner) await rm(path, { force: true });
  }
}
