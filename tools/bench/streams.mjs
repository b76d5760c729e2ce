/**
 * npm run bench:streams: many open streams at a pace. Says how much later a chunk arrives than it was written, direct and
 * through Claudette with and without a translation, and what the open streams cost in memory and processor time.
 *
 *   npm run bench:streams -- --streams 1000
 */
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';

import * as peers from './peers.mjs';

const { values } = parseArgs({ options: { streams: { type: 'string', default: '1000' } } });
const streams = Number(values.streams);

const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
const now = () => performance.timeOrigin + performance.now();

/** Opens one stream and tells how late each chunk is, in milliseconds. */
const openStream = (port, path, onChunk) =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({
      model: 'bench-1',
      max_tokens: 512,
      stream: true,
      messages: [{ role: 'user', content: String(Math.random()) }],
    });
    const client = request(
      { agent, port, host: '127.0.0.1', path, method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        response.setEncoding('utf8');
        let ended = false;
        response.on('data', (text) => {
          const receivedAt = now();
          for (const [, sentAt] of text.matchAll(/(\d{13}\.\d+) /g)) onChunk(receivedAt - Number(sentAt));
          ended ||= /\[DONE\]|message_stop/.test(text);
        });
        response.on('end', () => (ended ? resolve() : reject(new Error(`a stream of ${path} did not finish`))));
      },
    );
    client.on('error', reject);
    client.end(body);
  });

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function measure(name, server, path) {
  const late = [];
  const idleMb = peers.residentMb(server.pid);
  const cpuBefore = peers.cpuSeconds(server.pid);
  let openMb = 0;
  const sample = setInterval(() => (openMb = Math.max(openMb, peers.residentMb(server.pid))), 250);
  const opened = [];
  for (let index = 0; index < streams; index += 1) {
    opened.push(openStream(server.port, path, (lateMs) => late.push(lateMs)));
    if (index % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await Promise.all(opened);
  clearInterval(sample);
  const sorted = late.sort((a, b) => a - b);
  return {
    name,
    chunks: late.length,
    'p50 ms late': percentile(sorted, 0.5).toFixed(2),
    'p99 ms late': percentile(sorted, 0.99).toFixed(2),
    'CPU us/chunk': Math.round(((peers.cpuSeconds(server.pid) - cpuBefore) / late.length) * 1e6),
    'memory before, MB': idleMb.toFixed(0),
    'memory open, MB': openMb.toFixed(0),
    'KB a stream': Math.round(((openMb - idleMb) * 1024) / streams),
  };
}

try {
  const upstream = await peers.startPacedUpstream(4610);
  const nginx = await peers.startNginx(4611, upstream.port);
  const claudette = await peers.startClaudette(4612, upstream.port, { CLAUDETTE_CACHE_ENABLED: 'false' });
  const rows = [];
  for (const [name, server, path] of [
    ['direct', upstream, '/v1/chat/completions'],
    ['nginx', nginx, '/v1/chat/completions'],
    ['claudette', claudette, '/v1/chat/completions'],
    ['claudette, other dialect', claudette, '/v1/messages'],
  ]) {
    rows.push(await measure(name, server, path));
  }
  console.log(`${streams} streams at once, a chunk every 250 ms in each`);
  console.table(rows);
} finally {
  peers.stopAll();
  agent.destroy();
}
