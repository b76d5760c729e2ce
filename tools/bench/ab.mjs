/**
 * npm run bench:ab: this checkout beside another one, both built, in front of the same upstream. Rounds are interleaved,
 * each in the other order than the one before; ratios are taken within a round.
 *
 *   npm run bench:ab -- --base ../another-checkout --rounds 8 --seconds 3
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import * as peers from './peers.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '3' },
    /** Only this kind of request. */
    kind: { type: 'string' },
  },
});
if (values.base === undefined) throw new Error('--base names the checkout to compare with');
const seconds = Number(values.seconds);
const CONNECTIONS = 64;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function main() {
  const upstream = await peers.startUpstream(4620, 20);
  const servers = {
    base: await peers.startClaudette(4621, upstream.port, {}, resolve(values.base)),
    this: await peers.startClaudette(4622, upstream.port),
  };
  const all = { whole: {}, stream: { stream: true }, 'other dialect': { dialect: 'messages' } };
  const kinds = values.kind === undefined ? all : { [values.kind]: all[values.kind] };

  const measure = async (server, how) => {
    const before = peers.cpuSeconds(server.pid);
    const url = `http://127.0.0.1:${upstream.port}`;
    const result = await peers.wrk({ port: server.port, connections: CONNECTIONS, seconds, upstream: url, ...how });
    if (result.errors > 0) throw new Error(`${result.errors} errors`);
    return { perSecond: result.perSecond, cpuUs: ((peers.cpuSeconds(server.pid) - before) / result.requests) * 1e6 };
  };

  for (const how of Object.values(kinds)) for (const server of Object.values(servers)) await measure(server, how);

  for (const [kind, how] of Object.entries(kinds)) {
    const rounds = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const measured = {};
      for (const name of round % 2 === 0 ? ['base', 'this'] : ['this', 'base']) {
        measured[name] = await measure(servers[name], how);
      }
      rounds.push(measured);
    }
    const of = (name, field) => Math.round(median(rounds.map((round) => round[name][field])));
    const ratio = (field) => median(rounds.map((round) => round.this[field] / round.base[field])).toFixed(3);
    console.log(
      `${kind}: requests/s ${of('base', 'perSecond')} -> ${of('this', 'perSecond')} (ratio ${ratio('perSecond')}), ` +
        `CPU us/request ${of('base', 'cpuUs')} -> ${of('this', 'cpuUs')} (ratio ${ratio('cpuUs')})`,
    );
  }
}

try {
  await main();
} finally {
  peers.stopAll();
}
