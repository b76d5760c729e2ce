/**
 * npm run bench:stores: what it costs a request that the cache's store is held up. For Redis and Postgres (SIGSTOP) and
 * SQLite (an exclusive lock of another process) a steady load runs through the product, in rounds: in each one with the
 * store well and one with it held up, in turns first. Then the store is killed under load, and started again.
 *
 * Before all that, questions are asked whose answers get into each store. A new process, which has nothing in its memory,
 * is asked for them then and at the end: what it had the first time and has not the second was lost.
 *
 * Exits with 1 when the promise is broken: median over the rounds of p99 held up minus p99 well at most 1 ms, every
 * request answered, nothing lost.
 *
 *   npm run bench:stores -- --seconds 60 --rounds 8 --rate 200 --stores redis,postgres,sqlite
 */
import { parseArgs } from 'node:util';

import * as peers from './peers.mjs';
import { askAll, runSteadyLoad } from './stores/steady-load.mjs';
import { startStores } from './stores/troubled-stores.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '8' },
    rate: { type: 'string', default: '200' },
    stores: { type: 'string', default: 'redis,postgres,sqlite' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const perSecond = Number(values.rate);

const PROMISED_MS = 1;
const UPSTREAM_PORT = 4640;
/** A store that was left alone is asked at least every 5 s whether it is back, and writes that waited are written then. */
const RECOVERY_MS = 8_000;
const ATTEMPTS = 5;
const seeds = Array.from({ length: 300 }, (_, index) => `kept ${index}`);

const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};
const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const startServer = (port, url) =>
  peers.startClaudette(port, UPSTREAM_PORT, { CLAUDETTE_CACHE_STORE: url, CLAUDETTE_CACHE_MAX_ENTRIES: '1000000' });

async function runRound(name, store, port, round) {
  const load = (what) => runSteadyLoad({ port, perSecond, seconds, name: `${name} ${what} ${round}` });
  const parts = {
    well: () => load('well'),
    async heldUp() {
      await store.hold();
      const result = await load('held up');
      await store.release();
      await pass(RECOVERY_MS);
      return result;
    },
  };
  const results = {};
  for (const part of round % 2 === 0 ? ['well', 'heldUp'] : ['heldUp', 'well']) results[part] = await parts[part]();
  return results;
}

/** Killed, and back again: nobody may notice either. */
async function killAndRestart(name, store, port) {
  await store.hold();
  await store.kill();
  const killed = await runSteadyLoad({ port, perSecond, seconds, name: `${name} killed` });
  await store.restart();
  const back = await runSteadyLoad({ port, perSecond, seconds, name: `${name} back` });
  await pass(RECOVERY_MS);
  return { killed, back };
}

/** The questions to which the store has no answer. A lookup that the machine itself holds up is tried again. */
async function findMissing(port, url, texts) {
  const server = await startServer(port, url);
  let missing = texts;
  for (let attempt = 0; attempt < ATTEMPTS && missing.length > 0; attempt += 1) {
    if (attempt > 0) await pass(1_000);
    missing = await askAll(port, missing, { 'cache-control': 'only-if-cached' });
  }
  process.kill(server.pid);
  return missing;
}

const stores = await startStores(values.stores.split(','));
try {
  await peers.startUpstream(UPSTREAM_PORT, 20);
  const cases = [];
  for (const [index, [name, store]] of Object.entries(stores).entries()) {
    const port = UPSTREAM_PORT + 1 + 2 * index;
    await startServer(port, store.url);
    if ((await askAll(port, seeds)).length > 0) throw new Error(`${name}: not all questions were answered`);
    await runSteadyLoad({ port, perSecond, seconds: 5, name: `${name} warm-up` });
    const missing = new Set(await findMissing(port + 1, store.url, seeds));
    cases.push({ name, store, port, kept: seeds.filter((text) => !missing.has(text)), rounds: [] });
  }

  for (let round = 0; round < rounds; round += 1) {
    for (const each of cases) each.rounds.push(await runRound(each.name, each.store, each.port, round));
  }
  const rows = [];
  for (const { name, store, port, kept, rounds: done } of cases) {
    const { killed, back } = await killAndRestart(name, store, port);
    const of = (part, field) => median(done.map((round) => round[part][field]));
    const difference = median(done.map(({ well, heldUp }) => heldUp.p99Ms - well.p99Ms));
    const loads = [...done.flatMap((round) => Object.values(round)), killed, back];
    const errors = loads.reduce((sum, load) => sum + load.errors, 0);
    const lost = (await findMissing(port + 1, store.url, kept)).length;
    if (difference > PROMISED_MS || errors > 0 || lost > 0) process.exitCode = 1;
    rows.push({
      store: name,
      'p50 ms well': of('well', 'p50Ms').toFixed(2),
      'p50 ms held up': of('heldUp', 'p50Ms').toFixed(2),
      'p99 ms well': of('well', 'p99Ms').toFixed(2),
      'p99 ms held up': of('heldUp', 'p99Ms').toFixed(2),
      'p99 difference': difference.toFixed(2),
      'p99 ms killed': killed.p99Ms.toFixed(2),
      'p99 ms back': back.p99Ms.toFixed(2),
      errors,
      kept: kept.length,
      lost,
    });
  }
  console.log(
    `${perSecond} requests/s for ${seconds} s, ${rounds} rounds; promised: a p99 difference of ${PROMISED_MS} ms`,
  );
  console.table(rows);
} finally {
  peers.stopAll();
  for (const store of Object.values(stores)) await store.stop();
}
