import * as peers from './peers.mjs';
const up = await peers.startUpstream(4800, 20);
const which = process.argv[2] ?? 'claudette';
const s = which === 'bare' ? await peers.startBareNode(4803, 4800) : await peers.startClaudette(4803, 4800);
console.log('ready', s.readyMs.toFixed(0), 'idle', peers.residentMb(s.pid).toFixed(0));
await peers.wrk({ port: 4803, connections: 64, seconds: 4, upstream: 'x' });
for (const how of [{}, { dialect: 'messages' }, { stream: true }, { same: true }]) {
  const c = peers.cpuSeconds(s.pid);
  const r = await peers.wrk({ port: 4803, connections: 64, seconds: 4, upstream: 'x', ...how });
  console.log(
    JSON.stringify(how),
    Math.round(((peers.cpuSeconds(s.pid) - c) / r.requests) * 1e6),
    'us/req',
    Math.round(r.perSecond),
    '/s',
    peers.residentMb(s.pid).toFixed(0) + 'MB',
  );
}
peers.stopAll();
process.exit(0);
