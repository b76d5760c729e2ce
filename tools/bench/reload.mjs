/**
 * npm run bench:reload: what it costs requests that the configuration changes. Under a steady load of whole answers and
 * streams, the file is replaced and reloaded again and again, every other time by one that is wrong. The good ones change
 * routing, the cache's settings and, one in five, the settings of the connections, so that all of these are opened anew.
 *
 * Prints requests, the slowest ones, and memory and open files of the process as reloads go by. Memory is let settle for
 * the first three tenths. Exits with 1 when the promise is broken: no failed request, every reload answered as it should
 * be, no more sockets after the load than before it, and what collections leave of the heap grows by no more than a tenth
 * from the fourth tenth of the reloads to the last.
 *
 *   npm run bench:reload -- --reloads 1000 --clients 8
 */
import { readFileSync, readdirSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';

import * as peers from './peers.mjs';

const { values } = parseArgs({
  options: { reloads: { type: 'string', default: '1000' }, clients: { type: 'string', default: '8' } },
});
const reloads = Number(values.reloads);
const clients = Number(values.clients);

const UPSTREAM_PORT = 4650;
const PORT = 4651;
const CHUNKS = 20;
const TENTHS = 10;
const PROMISED_GROWTH = 1.1;
const IDLE_MS = 3_000;
const HEAP_MB = 96;
const MEBIBYTE = 1024 * 1024;

const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const openFiles = (pid) =>
  readdirSync(`/proc/${pid}/fd`).flatMap((number) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${number}`)];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
/** SQLite keeps what was open of a file for the next one in the process who opens it: only sockets are counted strictly. */
const openSockets = (pid) => openFiles(pid).filter((file) => file.startsWith('socket:')).length;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** Sends one request and gives its status and text. */
const send = (method, path, body) =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const client = request({ agent, port: PORT, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    client.on('error', reject);
    client.end(body);
  });

const ask = async (stream) => {
  const messages = [{ role: 'user', content: String(Math.random()) }];
  const body = JSON.stringify({ model: 'bench-1', max_tokens: 512, stream, messages });
  const { status, text } = await send('POST', '/v1/chat/completions', body);
  const isWhole = stream ? text.includes('[DONE]') : text.includes('"choices"');
  if (status !== 200 || !isWhole) throw new Error(`status ${status}: ${text.slice(0, 200)}`);
};

const takenMs = [];
const failures = [];
let isOver = false;
const runClient = async (stream) => {
  while (!isOver) {
    const startedAt = performance.now();
    try {
      await ask(stream);
    } catch (error) {
      failures.push(String(error));
    }
    takenMs.push(performance.now() - startedAt);
  }
};

const changed = (first, round) => ({
  ...first,
  routing: { maxAttempts: 1 + (round % 5) },
  cache: { ttlSeconds: 60 + (round % 100), maxEntries: 10_000 + (round % 10) },
  pool: { connectionsPerOrigin: 1000 + Math.floor(round / 5) },
});
const wrong = (first, round) =>
  round % 4 === 1 ? JSON.stringify(first).slice(0, -5) : JSON.stringify({ ...first, routing: { maxAttempts: 0 } });

try {
  const upstream = await peers.startUpstream(UPSTREAM_PORT, CHUNKS);
  const claudette = await peers.startClaudette(PORT, upstream.port, {
    CLAUDETTE_LOGGING_LEVEL: 'error',
    // With little room the heap is collected often, and what is told of it is what collections leave.
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
    // Connections that nobody needs any more are not to be taken for lost ones.
    CLAUDETTE_POOL_IDLE_TIMEOUT_MS: String(IDLE_MS / 3),
  });
  const first = JSON.parse(readFileSync(claudette.configFile, 'utf8'));
  const { pid } = claudette;
  await ask(true);
  agent.destroy();
  await pass(IDLE_MS);
  const socketsBefore = openSockets(pid);

  const unexpected = [];
  const samples = [];
  const running = Array.from({ length: clients }, (_, index) => runClient(index % 2 === 0));
  for (let round = 0; round < reloads; round += 1) {
    const isWrong = round % 2 === 1;
    writeFileSync(`${claudette.configFile}.new`, isWrong ? wrong(first, round) : JSON.stringify(changed(first, round)));
    renameSync(`${claudette.configFile}.new`, claudette.configFile);
    const { status, text } = await send('POST', '/api/admin/config/reload');
    if (status !== (isWrong ? 400 : 200)) unexpected.push(`reload ${round}: ${status} ${text.slice(0, 300)}`);
    const { memory } = JSON.parse((await send('GET', '/api/status')).text);
    const heapMb = memory.usedBytes / MEBIBYTE;
    samples.push({ heapMb, residentMb: peers.residentMb(pid), files: openFiles(pid).length });
  }
  isOver = true;
  await Promise.all(running);
  agent.destroy();
  await pass(IDLE_MS);
  const socketsAfter = openSockets(pid);

  const size = Math.max(1, Math.floor(samples.length / TENTHS));
  const tenths = Array.from({ length: Math.floor(samples.length / size) }, (_, index) => {
    const part = samples.slice(index * size, (index + 1) * size);
    return {
      reloads: (index + 1) * size,
      'heap kept, MB': Number(Math.min(...part.map(({ heapMb }) => heapMb)).toFixed(1)),
      'resident, MB': Number(median(part.map(({ residentMb }) => residentMb)).toFixed(1)),
      'open files': median(part.map(({ files }) => files)),
    };
  });
  const sorted = takenMs.toSorted((a, b) => a - b);
  const growth = tenths.at(-1)['heap kept, MB'] / tenths[Math.min(3, tenths.length - 1)]['heap kept, MB'];

  console.log(`${reloads} reloads, half of them wrong, under ${clients} clients`);
  console.table(tenths);
  console.log(
    `${takenMs.length} requests, ${failures.length} failed; p50 ${percentile(sorted, 0.5).toFixed(1)} ms, ` +
      `p99 ${percentile(sorted, 0.99).toFixed(1)} ms, slowest ${sorted.at(-1).toFixed(1)} ms`,
  );
  console.log(`sockets before ${socketsBefore}, after ${socketsAfter}; the heap grew to ${growth.toFixed(3)}`);
  for (const line of [...failures, ...unexpected].slice(0, 10)) console.error(line);
  const isKept =
    failures.length === 0 && unexpected.length === 0 && socketsAfter <= socketsBefore && growth <= PROMISED_GROWTH;
  if (!isKept) process.exitCode = 1;
} finally {
  peers.stopAll();
  agent.destroy();
}
