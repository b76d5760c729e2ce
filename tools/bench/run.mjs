/**
 * npm run bench: Claudette beside nginx, a bare Node proxy and Portkey's gateway, in front of the same upstream, over
 * real sockets. Rounds are interleaved; figures are medians, ratios are taken within a round.
 *
 *   npm run bench -- --rounds 8 --seconds 3
 */
import { parseArgs } from 'node:util';

import * as peers from './peers.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const CHUNKS = 20;

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

async function main() {
  const upstream = await peers.startUpstream(4600, CHUNKS);
  const nginx = await peers.startNginx(4601, upstream.port);
  const bare = await peers.startBareNode(4602, upstream.port);
  const claudette = await peers.startClaudette(4603, upstream.port);
  const portkey = await peers.startPortkey(4604);
  const upstreamUrl = `http://127.0.0.1:${upstream.port}`;
  const idleMb = peers.residentMb(claudette.pid);

  const contestants = {
    direct: { server: upstream },
    nginx: { server: nginx },
    'node:http + undici': { server: bare },
    claudette: { server: claudette },
    'claudette, other dialect': { server: claudette, dialect: 'messages' },
    'claudette, cache hit': { server: claudette, same: true },
    portkey: { server: portkey },
    'nginx, stream': { server: nginx, stream: true },
    'claudette, stream': { server: claudette, stream: true },
    'claudette, stream, other dialect': { server: claudette, stream: true, dialect: 'messages' },
  };
  const upstreamCount = async () => Number(await (await fetch(`${upstreamUrl}/count`)).text());

  let unequal = 0;
  let after60k;
  const measure = async (name, connections) => {
    const { server, ...how } = contestants[name];
    const rowsBefore = server.ledgerRows?.() ?? 0;
    await upstreamCount();
    const cpuBefore = peers.cpuSeconds(server.pid);
    const result = await peers.wrk({ port: server.port, connections, seconds, upstream: upstreamUrl, ...how });
    const cpuUs = ((peers.cpuSeconds(server.pid) - cpuBefore) / result.requests) * 1e6;
    await new Promise((resolve) => setTimeout(resolve, 150));
    const hits = await upstreamCount();
    const rows = server.ledgerRows === undefined ? undefined : server.ledgerRows() - rowsBefore;
    // wrk stops with up to one request in flight on each connection: sent, but not counted as answered.
    const near = (count) => count >= result.requests && count <= result.requests + connections;
    if (rows !== undefined && !near(rows)) unequal += 1;
    if (how.same !== true && !near(hits)) unequal += 1;
    if (result.errors > 0) unequal += 1;
    if (claudette.ledgerRows() >= 60_000) after60k ??= peers.residentMb(claudette.pid);
    return { ...result, cpuUs, hits, rows };
  };

  // Until the compilers of the JavaScript ones have seen the work.
  for (const name of Object.keys(contestants)) await measure(name, 64);

  const results = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(contestants)) {
      for (const connections of [64, 1]) {
        ((results[name] ??= {})[connections] ??= []).push(await measure(name, connections));
      }
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }

  const of = (name, connections, field) => results[name][connections].map((one) => one[field]);
  const ratio = (name, base, connections, field) =>
    median(of(name, connections, field).map((value, round) => value / of(base, connections, field)[round]));

  const table = Object.keys(contestants).map((name) => {
    const base = contestants[name].stream ? 'nginx, stream' : 'nginx';
    const total = (field) =>
      [64, 1].flatMap((connections) => of(name, connections, field)).reduce((sum, one) => sum + (one ?? 0), 0);
    return {
      contestant: name,
      'requests/s (64)': Math.round(median(of(name, 64, 'perSecond'))),
      'of nginx': ratio(name, base, 64, 'perSecond').toFixed(3),
      'CPU us/request': Math.round(median(of(name, 64, 'cpuUs'))),
      'p50 us (1)': Math.round(median(of(name, 1, 'p50Us'))),
      'p99 us (64)': Math.round(median(of(name, 64, 'p99Us'))),
      answered: total('requests'),
      'upstream hits': total('hits'),
      'ledger rows': contestants[name].server.ledgerRows ? total('rows') : '',
      errors: total('errors'),
    };
  });
  console.table(table);

  const nodeMs = median(await peers.timeRuns(['-e', '0'], 15));
  const versionMs = median(await peers.timeRuns([peers.cliMain, '--version'], 15));

  const directP50 = median(of('direct', 1, 'p50Us'));
  const added = (name) => median(of(name, 1, 'p50Us')) - directP50;
  const goals = [
    ['upstream alone against nginx (the run is void below 2)', ratio('direct', 'nginx', 64, 'perSecond'), '>=', 2],
    ['same dialect at 64 connections, of nginx', ratio('claudette', 'nginx', 64, 'perSecond'), '>=', 0.22],
    ['same dialect at 64 connections, of Portkey', ratio('claudette', 'portkey', 64, 'perSecond'), '>=', 10],
    ['added p50 at 1 connection, of nginx', added('claudette') / added('nginx'), '<=', 5],
    ['ready after start, ms', claudette.readyMs, '<=', 400],
    ['idle memory, MB', idleMb, '<=', 95],
    ['memory after 60,000 requests, MB', after60k ?? NaN, '<=', 140],
    ['claudette --version over bare node, ms', versionMs - nodeMs, '<=', 40],
  ];
  console.table(
    goals.map(([what, value, how, limit]) => ({
      what,
      value: value.toFixed(2),
      goal: `${how} ${limit}`,
      reached: how === '>=' ? value >= limit : value <= limit,
    })),
  );
  console.log(`requests to claudette in all: ${claudette.ledgerRows()} ledger rows`);
  console.log(unequal === 0 ? 'every count agrees' : `${unequal} measurements with errors or counts that disagree`);
  if (unequal > 0) process.exitCode = 1;
}

try {
  await main();
} finally {
  peers.stopAll();
}
