import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadSources } from '../load-sources.mjs';

const lockProgram = new URL('lock-database.mjs', import.meta.url).pathname;

/** SQLite has no server to stop: somebody else holds the file, and is killed at last. */
function startSqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'claudette-stores-'));
  const path = join(folder, 'cache.db');
  let holder;
  const release = async () => {
    const held = holder;
    holder = undefined;
    if (held?.kill('SIGKILL')) await once(held, 'exit');
  };
  return {
    url: `sqlite:${path}`,
    async hold() {
      holder = spawn(process.execPath, [lockProgram, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(holder.stdout, 'data');
    },
    release,
    kill: release,
    restart: () => Promise.resolve(),
    async stop() {
      await release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const toTroubled = (server) => ({
  url: server.url,
  hold: async () => server.pause(),
  release: async () => server.resume(),
  kill: server.kill,
  restart: server.restart,
  stop: server.stop,
});

/** Stores of each kind that can be held up (`hold`, `release`), killed and started again. */
export async function startStores(names) {
  const { startPostgres, startRedis } = await loadSources(
    "export * from './packages/testing/src/start-redis.js'; export * from './packages/testing/src/start-postgres.js'",
  );
  const starts = {
    redis: async () => toTroubled(await startRedis()),
    postgres: async () => toTroubled(await startPostgres()),
    sqlite: async () => startSqlite(),
  };
  const stores = {};
  for (const name of names) stores[name] = await starts[name]();
  return stores;
}
