import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'claudette-bench-'));
const require = createRequire(import.meta.url);

/** Started processes, so that the end of the run ends them all. */
const running = [];

export const stopAll = () => {
  // Not SIGKILL: the workers of nginx would live on without their master.
  for (const child of running.splice(0)) child.kill('SIGTERM');
};

/** Starts a program and waits until its port answers. Returns its pid and how long that took. */
async function start(command, args, port, options = {}) {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'], ...options });
  running.push(child);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended with ${child.exitCode}`);
    try {
      await fetch(`http://127.0.0.1:${port}/count`);
      return { pid: child.pid, port, readyMs: performance.now() - startedAt };
    } catch {
      if (performance.now() - startedAt > 20_000) throw new Error(`${command} did not answer on ${port}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

export async function startUpstream(port, chunks) {
  const binary = join(work, 'upstream');
  const compiler = spawn('gcc', ['-O2', '-D_GNU_SOURCE', '-o', binary, join(root, 'tools/bench/upstream.c')], {
    stdio: 'inherit',
  });
  const [code] = await once(compiler, 'exit');
  if (code !== 0) throw new Error('gcc could not build the upstream');
  return start(binary, [String(port), String(chunks)], port);
}

export const startPacedUpstream = (port) =>
  start(process.execPath, [join(root, 'tools/bench/paced-upstream.mjs'), String(port)], port);

export function startNginx(port, upstreamPort) {
  const file = join(work, 'nginx.conf');
  writeFileSync(
    file,
    `worker_processes 1; daemon off; pid ${work}/nginx.pid; error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path ${work}/body; proxy_temp_path ${work}/proxy;
  fastcgi_temp_path ${work}/f; uwsgi_temp_path ${work}/u; scgi_temp_path ${work}/s;
  keepalive_requests 1000000;
  upstream backend { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } }
}`,
  );
  return start('nginx', ['-c', file, '-p', work], port);
}

/** The least that a Node proxy can be: node:http in, undici out. */
export const startBareNode = (port, upstreamPort) =>
  start(process.execPath, [join(root, 'tools/bench/bare-proxy.mjs'), String(port), String(upstreamPort)], port);

/**
 * Claudette with its default configuration and everything on; only the backend is named, and the files are its own. Of
 * this checkout, unless another one is named.
 */
export async function startClaudette(port, upstreamPort, settings = {}, checkout = root) {
  const home = mkdtempSync(join(work, 'claudette-'));
  const config = join(home, 'config.json');
  const backend = {
    provider: 'openai-compatible',
    baseUrl: `http://127.0.0.1:${upstreamPort}/v1`,
    models: ['bench-1'],
  };
  writeFileSync(config, JSON.stringify({ server: { port }, backends: { bench: backend } }));
  const env = { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, CLAUDETTE_CONFIG: config, ...settings };
  const server = await start(process.execPath, [join(checkout, 'apps/server/dist/main.js')], port, { env });
  const Database = require('better-sqlite3');
  const ledgerRows = () => {
    const ledger = new Database(join(home, 'claudette/ledger.db'), { readonly: true });
    try {
      return ledger.prepare('select count(*) as rows from exchanges').get().rows;
    } finally {
      ledger.close();
    }
  };
  return { ...server, ledgerRows, configFile: config };
}

export function startPortkey(port) {
  const main = join(root, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  return start(process.execPath, [main, `--port=${port}`, '--headless'], port);
}

/** The bundled command line. */
export const cliMain = join(root, 'apps/cli/dist/main.js');

/** How long node takes for these arguments, start to end, in milliseconds, run by run. */
export async function timeRuns(args, runs) {
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    const startedAt = performance.now();
    const [code] = await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
    if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** Resident memory in megabytes. */
export const residentMb = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** Processor time that a process and its children have used so far, in seconds: nginx works in a child. */
export const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return (Number(fields[11]) + Number(fields[12])) / 100 + children.reduce((sum, child) => sum + cpuSeconds(child), 0);
};

/** One run of wrk; resolves with what it measured. */
export async function wrk({ port, connections, seconds, dialect = 'chat', stream = false, same = false, upstream }) {
  const run = Math.random().toString(36).slice(2);
  const args = [
    ...['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', join(root, 'tools/bench/unique-bodies.lua')],
    ...[`http://127.0.0.1:${port}`, '--', run, dialect, stream ? 'yes' : 'no', same ? 'yes' : 'no', `${upstream}/v1`],
  ];
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await once(child, 'exit');
  const line = /RESULT (.*)/.exec(output)?.[1];
  if (line === undefined) throw new Error(`wrk said: ${output}`);
  const result = JSON.parse(line);
  return { ...result, perSecond: result.requests / result.seconds };
}
