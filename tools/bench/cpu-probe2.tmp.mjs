import * as peers from './peers.mjs';
const up = await peers.startUpstream(4800, 20);
let port = 4810;
const variants = {
  all: {},
  nocache: { CLAUDETTE_CACHE_ENABLED: 'false' },
  nocachenolog: { CLAUDETTE_CACHE_ENABLED: 'false', CLAUDETTE_LOGGING_LEVEL: 'silent' },
  nothing: { CLAUDETTE_CACHE_ENABLED: 'false', CLAUDETTE_LOGGING_LEVEL: 'silent', CLAUDETTE_LEDGER_URL: 'memory:' },
  memcache: { CLAUDETTE_CACHE_STORE: 'memory:', CLAUDETTE_LOGGING_LEVEL: 'silent', CLAUDETTE_LEDGER_URL: 'memory:' },
};
for (const [name, env] of Object.entries(variants)) {
  Object.assign(process.env, env);
  const s = await peers.startClaudette(++port, 4800, env);
  await peers.wrk({ port, connections: 64, seconds: 3, upstream: 'x' });
  const c = peers.cpuSeconds(s.pid);
  const r = await peers.wrk({ port, connections: 64, seconds: 4, upstream: 'x' });
  console.log(
    name,
    Math.round(((peers.cpuSeconds(s.pid) - c) / r.requests) * 1e6),
    'us/req',
    Math.round(r.perSecond),
    '/s',
    peers.residentMb(s.pid).toFixed(0) + 'MB',
  );
}
peers.stopAll();
process.exit(0);
