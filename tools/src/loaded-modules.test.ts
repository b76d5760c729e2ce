import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { readProjects, repositoryRoot, scope } from './workspace.js';

type Start = 'version' | 'prompt' | 'serve' | 'stores';

/** What is too heavy for whoever has no use for it, with what it brings. */
const heavy = [
  '@keyv/postgres',
  '@keyv/redis',
  '@keyv/sqlite',
  '@napi-rs/keyring',
  '@redis/client',
  'fzstd',
  'gpt-tokenizer',
  'keyv',
  'kysely',
  'pg',
  'sqlite3',
];

const forPrompt = ['better-sqlite3', 'commander', 'opossum', 'pino', 'prom-client', 'undici', 'zod', 'ipaddr.js'];
const forServer = [...forPrompt, 'fastify', '@fastify/cors', '@fastify/helmet'];

/** What each start may load of what our packages depend on; they bring their own. */
const allowed: Readonly<Record<Start, readonly string[]>> = {
  version: [],
  // It tells what the answer has cost.
  prompt: [...forPrompt, '@pydantic/genai-prices'],
  serve: forServer,
  stores: [...forServer, 'keyv', '@keyv/sqlite', 'sqlite3'],
};

const direct = new Set(readProjects().flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {})));
let loaded: Readonly<Record<Start, readonly string[]>>;

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(repositoryRoot, 'tools/loaded-modules.mjs')], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  loaded = JSON.parse(stdout) as typeof loaded;
}, 120_000);

describe.each(['version', 'prompt', 'serve', 'stores'] as const)('the start %s', (start) => {
  it('loads nothing heavy that it does not need', () => {
    const unneeded = heavy.filter((name) => loaded[start].includes(name) && !allowed[start].includes(name));
    expect(unneeded).toEqual([]);
  });

  it('loads of our dependencies only what it may', () => {
    const others = loaded[start].filter((name) => direct.has(name) && !name.startsWith(scope));
    expect(others.filter((name) => !allowed[start].includes(name))).toEqual([]);
  });
});

describe('the start', () => {
  it('of --version loads the command alone', () => {
    expect(loaded.version).toEqual(['@claudette/cli']);
  });

  it('of a prompt loads the gateway without the server', () => {
    expect(loaded.prompt).toContain('@claudette/gateway');
    expect(loaded.prompt).not.toContain('@claudette/server');
  });

  it('of a server with stored answers in SQLite loads the driver, so that its absence elsewhere means something', () => {
    expect(loaded.stores).toEqual(expect.arrayContaining(['keyv', 'sqlite3', 'fastify', 'undici']));
  });
});
