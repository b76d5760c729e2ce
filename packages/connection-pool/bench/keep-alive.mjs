// Kept connections against a connection per request, over loopback, with the built package:
//   node packages/connection-pool/bench/keep-alive.mjs
// Prints requests per second of both and their ratio; exits with 1 below the wanted ratio or reuse. Takes about 4 s.
import { createServer } from 'node:http';

import { createConnectionPool } from '@claudette/connection-pool';

const CONCURRENCY = 16;
const ROUNDS = 3;
const ROUND_MS = 600;
const WANTED_RATIO = 1.3;
const WANTED_REUSE = 0.95;

const clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

let served = 0;
const server = createServer((_, response) => {
  served += 1;
  response.end('{"ok":true}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

const pool = createConnectionPool({
  clock,
  connectionsPerOrigin: CONCURRENCY,
  idleTimeoutMs: 10_000,
  queueTimeoutMs: 10_000,
  warmConnections: 0,
});
const requestWith = (headers) => ({
  ...{ backend: 'bench', method: 'GET', url, headers, connectTimeoutMs: 5_000 },
  signal: new AbortController().signal,
});

const perSecond = async (headers) => {
  const until = performance.now() + ROUND_MS;
  let done = 0;
  const work = async () => {
    while (performance.now() < until) {
      const { body } = await pool.send(requestWith(headers));
      while (!(await body.next()).done);
      done += 1;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { rate: (done / (performance.now() - startedAt)) * 1_000, done };
};

const kept = [];
const fresh = [];
let sent = 0;
let reuseRatio = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  const before = pool.stats()[0];
  const pooled = await perSecond({});
  const after = pool.stats()[0];
  reuseRatio = (after.reused - (before?.reused ?? 0)) / pooled.done;
  const perRequest = await perSecond({ connection: 'close' });
  kept.push(pooled.rate);
  fresh.push(perRequest.rate);
  sent += pooled.done + perRequest.done;
}
await pool.close();
server.close();

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ratio = median(kept) / median(fresh);
console.log(
  `kept connections         ${Math.round(median(kept))} requests/s, ${(reuseRatio * 100).toFixed(1)} % reused`,
);
console.log(`connection per request   ${Math.round(median(fresh))} requests/s`);
console.log(`ratio                    ${ratio.toFixed(2)} (wanted: ${WANTED_RATIO})`);
console.log(`requests sent, served    ${sent}, ${served}`);
process.exitCode = ratio >= WANTED_RATIO && reuseRatio >= WANTED_REUSE && sent === served ? 0 : 1;
