import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { buildServer } from './__fixtures__/built-server.js';
import type { BuiltServer, StartOptions } from './__fixtures__/built-server.js';
import { ask } from './__fixtures__/raw-client.js';

let built: BuiltServer;
let provider: FakeProvider;

beforeAll(async () => {
  built = buildServer();
  provider = await createFakeProvider();
}, 120_000);
afterEach(() => built.killAll());
afterAll(async () => {
  await provider.close();
  built.remove();
});

const CONFIGURATION = 3;
const STACK = /\n\s+at /;
const lab = () => ({ provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'] });

/** What a server says that cannot start, of a configuration that is fine but for the given parts. */
async function refusal(parts: Record<string, unknown>, options: StartOptions = {}) {
  const started = built.start({ server: { port: 0 }, backends: { lab: lab() }, ...parts }, options);
  const code = await started.exit;
  return { code, output: started.output() };
}

const scratch = (name: string): string => {
  const path = join(built.folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};

/** Roots may write anywhere, so they test as somebody else. */
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** A file system of its own, which only roots may make; undefined where that is forbidden. */
function mountSmall(name: string, kilobytes: number): string | undefined {
  const path = scratch(name);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    return undefined;
  }
}
const unmount = (path: string): void => void execFileSync('umount', ['-l', path]);

describe('a server that cannot start', () => {
  it('says that the ledger is not a database, and leaves the file as it is', async () => {
    const path = join(scratch('broken'), 'ledger.db');
    const text = 'this is somebody else’s file, and long enough to have a header of a hundred bytes. '.repeat(10);
    writeFileSync(path, text);
    const { code, output } = await refusal({ ledger: { url: `sqlite:${path}` } });
    expect(code).toBe(CONFIGURATION);
    expect(output).toContain(`the ledger ${path} cannot be opened: file is not a database`);
    expect(output).not.toMatch(STACK);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('says that the stored answers are not a database', async () => {
    const path = join(scratch('broken-cache'), 'cache.db');
    writeFileSync(path, 'not a database, but long enough to be taken for one by its length only. '.repeat(20));
    const { code, output } = await refusal({ cache: { store: `sqlite:${path}` } });
    expect(code).toBe(CONFIGURATION);
    expect(output).toContain(`the cache cannot be opened at ${path}`);
    expect(output).not.toMatch(STACK);
  });

  it('says that a folder cannot be made where a file is', async () => {
    const file = join(scratch('blocked'), 'file');
    writeFileSync(file, '');
    const { code, output } = await refusal({ ledger: { url: `sqlite:${join(file, 'deeper', 'ledger.db')}` } });
    expect(code).toBe(CONFIGURATION);
    expect(output).toContain('ENOTDIR');
    expect(output).not.toMatch(STACK);
  });

  it('says that a folder may not be written', async () => {
    const path = scratch('read-only');
    chmodSync(built.folder, 0o755);
    chmodSync(path, 0o555);
    const { code, output } = await refusal(
      { ledger: { url: `sqlite:${join(path, 'ledger.db')}` } },
      isRoot ? { uid: NOBODY } : {},
    );
    expect(code).toBe(CONFIGURATION);
    expect(output).toContain('EACCES');
    expect(output).not.toMatch(STACK);
  });

  it('says that the disk is full', async () => {
    const path = mountSmall('full', 16);
    // Only roots may make a file system.
    if (path === undefined) return;
    try {
      writeFileSync(join(path, 'ballast'), Buffer.alloc(8_192));
      const { code, output } = await refusal({ ledger: { url: `sqlite:${join(path, 'ledger.db')}` } });
      expect(code).toBe(CONFIGURATION);
      expect(output).toContain('the disk is full');
      expect(output).not.toMatch(STACK);
    } finally {
      unmount(path);
    }
  });

  it.each([1, 2])('says that its port is in use, once: %i processes', async (workers) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, output } = await refusal({ server: { port, workers } });
    expect(code).toBe(CONFIGURATION);
    expect(output.match(/the port is in use/g)).toHaveLength(1);
    expect(output).not.toMatch(STACK);
    other.close();
  });

  it('says that the machine has no such address', async () => {
    const { code, output } = await refusal({
      server: { port: 0, host: '127.0.0.1.example.invalid' },
      auth: { mode: 'keys' },
    });
    expect(code).toBe(CONFIGURATION);
    expect(output).toContain('server.host');
    expect(output).not.toMatch(STACK);
  });

  it('says once, for all its processes, what is wrong with its files', async () => {
    const path = join(scratch('broken-for-all'), 'ledger.db');
    writeFileSync(path, 'not a database, but long enough to be taken for one by its length only. '.repeat(20));
    const { code, output } = await refusal({ server: { port: 0, workers: 3 }, ledger: { url: `sqlite:${path}` } });
    expect(code).toBe(CONFIGURATION);
    expect(output.match(/cannot be opened/g)).toHaveLength(1);
    expect(output).not.toMatch(STACK);
  });
});

describe('a server with unusual files', () => {
  it('makes folders that are missing', async () => {
    const path = join(scratch('missing'), 'one', 'two', 'ledger.db');
    const started = built.start({ server: { port: 0 }, backends: { lab: lab() }, ledger: { url: `sqlite:${path}` } });
    await started.listening();
    expect(existsSync(path)).toBe(true);
  });

  it('goes on answering when the disk becomes full, and says what it could not write', async () => {
    const path = mountSmall('filling', 1_024);
    if (path === undefined) return;
    try {
      const started = built.start({
        server: { port: 0 },
        backends: { lab: lab() },
        ledger: { url: `sqlite:${join(path, 'ledger.db')}` },
        logging: { level: 'error' },
      });
      const stack = await started.listening();
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(join(path, 'ballast'), Buffer.alloc(Number(bavail) * Number(bsize)));
      for (let number = 0; number < 20; number += 1) {
        const answer = await ask(stack, { dialect: 'openai-chat', model: 'lab/m', content: `question ${number}` });
        expect(answer.status).toBe(200);
        await answer.text();
      }
      await eventually(() => started.output().includes('the ledger could not write an exchange'));
      started.child.kill('SIGTERM');
      expect(await started.exit).toBe(0);
    } finally {
      unmount(path);
    }
  }, 60_000);
});
