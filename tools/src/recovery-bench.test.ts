import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from '@jest/globals';

import { repositoryRoot } from './workspace.js';

it('finds that circuits come back 40 % better than plain ones, and none worse', async () => {
  const script = join(repositoryRoot, 'tools/bench/recovery.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--seeds', '11'], { timeout: 110_000 });
  expect(stdout).toMatch(/against fixed timeout: 0\.[1-5]\d+/);
  expect(stdout).toMatch(/against opossum: 0\.[1-5]\d+/);
}, 120_000);
