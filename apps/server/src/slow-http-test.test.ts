import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ask, readStream } from './__fixtures__/raw-client.js';
import { patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

const MIB = 1024 * 1024;
const SECONDS = 4;

/** Debian's slowhttptest; a complete run of the tests insists on it. */
const isThere = (): boolean => {
  try {
    execFileSync('slowhttptest', ['-h'], { stdio: 'ignore' });
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ENOENT';
  }
};
const whenThere = isThere() || process.env['CLAUDETTE_TEST_REQUIRE'] === 'all' ? describe : describe.skip;

/** What the tool wrote down each second. */
interface Second {
  readonly closed: number;
  readonly connected: number;
  readonly available: number;
}

const readReport = (file: string): readonly Second[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
    .map(([, closed = 0, , connected = 0, available = 0]) => ({ closed, connected, available }));

whenThere('under slowhttptest (Debian package slowhttptest)', () => {
  let stack: Stack;
  const folder = mkdtempSync(join(tmpdir(), 'claudette-slow-'));
  const report = join(folder, 'report');
  beforeAll(async () => {
    const server = { headersTimeoutMs: 1_000, requestTimeoutMs: 2_000, sendTimeoutMs: 2_000 };
    stack = await startStack({ server }, { timeouts: patient });
  });
  afterAll(async () => {
    await stack.close();
    rmSync(folder, { recursive: true });
  });

  const attack = (how: readonly string[]): Promise<unknown> => {
    const size = ['-c', '300', '-r', '300', '-l', String(SECONDS), '-p', '5', '-g', '-o', report];
    return promisify(execFile)('slowhttptest', [...size, ...how]);
  };

  it.each([
    ['slow headers', ['-H', '-i', '1'], '/health'],
    ['slow bodies', ['-B', '-i', '1', '-s', '8192'], '/v1/chat/completions'],
    ['slow reading', ['-X', '-w', '1', '-y', '2', '-n', '1', '-z', '1', '-k', '3'], '/v1/models'],
  ])(
    'good clients are served meanwhile, and memory stays where it is: %s',
    async (_name, how, path) => {
      const before = process.memoryUsage.rss();
      let most = 0;
      let isOver = false;
      const attacked = attack([...how, '-u', stack.url + path]).finally(() => (isOver = true));
      let served = 0;
      while (!isOver) {
        const seen = await readStream(
          await ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake', stream: true }),
          'openai-chat',
        );
        expect(seen).toMatchObject({ stopped: true, failed: false });
        served += 1;
        most = Math.max(most, process.memoryUsage.rss() - before);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await attacked;
      const seconds = readReport(`${report}.csv`);
      expect(Math.max(...seconds.map(({ closed, connected }) => closed + connected))).toBeGreaterThan(200);
      expect(seconds.every(({ available }) => available > 0)).toBe(true);
      expect(served).toBeGreaterThan(3);
      expect(most).toBeLessThan(128 * MIB);
    },
    30_000,
  );
});
