import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createFakeClock, eventually } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createTemporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { TemporaryFolder } from '../__fixtures__/temporary-folder.js';
import { watchFiles } from './watch-files.js';

let folder: TemporaryFolder;
let stop = (): void => undefined;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => {
  stop();
  folder.remove();
});

const start = (names: readonly string[] = ['c.json']) => {
  const clock = createFakeClock();
  const told: string[] = [];
  const paths = names.map((name) => join(folder.path, name));
  stop = watchFiles({
    paths,
    required: () => paths.slice(0, 1),
    clock,
    onChange: () => void told.push('change'),
    onError: () => void told.push('error'),
  });
  /** Waits until something was noticed, and lets it settle. */
  const settle = async (): Promise<void> => {
    await eventually(() => clock.pending > 0);
    clock.advance(100);
  };
  return { clock, told, settle };
};

describe('watched files', () => {
  it('are told of once for several changes in a row', async () => {
    folder.write('c.json', '1');
    const { clock, told, settle } = start();
    folder.write('c.json', '2');
    folder.write('c.json', '3');
    await eventually(() => clock.pending > 0);
    clock.advance(99);
    expect(told).toEqual([]);
    await settle();
    expect(told).toEqual(['change']);
  });

  it('may be replaced as a whole, again and again', async () => {
    folder.write('c.json', '1');
    const { told, settle } = start();
    for (const text of ['2', '3']) {
      renameSync(folder.write('c.json.tmp', text), join(folder.path, 'c.json'));
      await settle();
    }
    expect(told.length).toBeGreaterThanOrEqual(2);
  });

  it('are not told of while the required one is away', async () => {
    const path = folder.write('c.json', '1');
    const { told, settle } = start();
    rmSync(path);
    await settle();
    expect(told).toEqual([]);
    writeFileSync(path, '2');
    await settle();
    expect(told).toEqual(['change']);
  });

  it('may come to be', async () => {
    folder.write('c.json', '1');
    const { told, settle } = start(['c.json', 'c.stage.json']);
    folder.write('c.stage.json', '1');
    await settle();
    expect(told).toEqual(['change']);
  });

  it('may be replaced by what a link leads to, as Kubernetes does', async () => {
    folder.write('c.json', '1');
    const { told, settle } = start();
    symlinkSync(folder.path, join(folder.path, '..data'));
    await settle();
    expect(told).toEqual(['change']);
  });

  it('are not confused with their neighbours', async () => {
    folder.write('c.json', '1');
    const { clock, told, settle } = start();
    folder.write('other.json', '1');
    folder.write('c.json', '2');
    await settle();
    expect([told, clock.pending]).toEqual([['change'], 0]);
  });

  it('whose folder is not there are an error, not an exception', () => {
    expect(start(['nowhere/c.json']).told).toEqual(['error']);
  });

  it('leave no timer when the watch ends', async () => {
    folder.write('c.json', '1');
    const { clock, told } = start();
    folder.write('c.json', '2');
    await eventually(() => clock.pending > 0);
    stop();
    expect([told, clock.pending]).toEqual([[], 0]);
  });
});
