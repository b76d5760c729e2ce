import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Proves that a leaf package is published by itself: `node tools/publish-proof.mjs [leaf]`.
 *
 * Starts a registry of its own on the loopback with nothing in it, publishes core and the leaf there with `nx release
 * publish`, installs the leaf in an empty folder, runs the example of its README under plain node, and asks the registry
 * for every other package, which it must not have. Only our scope points to that registry; third-party packages come from
 * the registry npm is set up with.
 */
const leaf = `@claudette/${process.argv[2] ?? 'resilience'}`;
const published = ['@claudette/core', leaf];

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'claudette-publish-'));
const deadline = AbortSignal.timeout(240_000);

const manifests = readdirSync(`${root}packages`).map((folder) => ({
  folder: `packages/${folder}`,
  ...JSON.parse(readFileSync(`${root}packages/${folder}/package.json`, 'utf8')),
}));
const leafFolder = manifests.find(({ name }) => name === leaf)?.folder;
if (leafFolder === undefined) throw new Error(`There is no package ${leaf}`);

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const startRegistry = async (port) => {
  const config = join(work, 'verdaccio.yaml');
  writeFileSync(
    config,
    [
      `storage: ${join(work, 'storage')}`,
      'uplinks: {}',
      `auth: { htpasswd: { file: ${join(work, 'htpasswd')} } }`,
      "packages: { '**': { access: $all, publish: $all } }",
      'log: { type: stdout, format: pretty, level: error }',
      'web: { enable: false }',
    ].join('\n'),
  );
  const script = `${root}node_modules/verdaccio/bin/verdaccio`;
  const registry = spawn(process.execPath, [script, '--config', config, '--listen', `127.0.0.1:${port}`], {
    cwd: work,
    // It warns about running as root, which a container's build does.
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}/`;
  for (;;) {
    deadline.throwIfAborted();
    if (registry.exitCode !== null) throw new Error('The registry did not start');
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) return { registry, url };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const run = (command, words, options) => {
  deadline.throwIfAborted();
  const result = spawnSync(command, words, { encoding: 'utf8', timeout: 200_000, ...options });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} ${words.join(' ')} failed\n${result.stdout}\n${result.stderr}`);
};

const nx = (words, env) =>
  run(process.execPath, [`${root}node_modules/nx/dist/bin/nx.js`, ...words], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', ...env },
  });

const exampleOf = (readme) => {
  const code = /^```js\n(?<code>[\s\S]*?)^```$/m.exec(readme)?.groups?.code;
  if (code === undefined) throw new Error(`The README of ${leaf} has no js block`);
  return code;
};

const say = (line) => console.log(`publish proof: ${line}`);

let registry;
try {
  const started = await startRegistry(await freePort());
  registry = started.registry;
  const { url } = started;
  const npmrc = join(work, 'npmrc');
  writeFileSync(
    npmrc,
    [
      `registry=${run('npm', ['config', 'get', 'registry'], { cwd: root }).trim()}`,
      `@claudette:registry=${url}`,
      // npm does not publish without a token; this registry accepts any.
      `//${new URL(url).host}/:_authToken=anyone`,
    ].join('\n'),
  );
  // The weakest of npm's files, so that what the user has set for other packages stays in force.
  const npmEnvironment = { npm_config_globalconfig: npmrc };
  say(`empty registry at ${url}`);

  const projects = `--projects=${published.join(',')}`;
  nx(['run-many', '-t', 'build', projects]);
  nx(['release', 'publish', projects, '--tag=latest', `--registry=${url}`], npmEnvironment);
  say(`published ${published.join(' and ')}`);

  const consumer = mkdtempSync(join(work, 'consumer-'));
  writeFileSync(join(consumer, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', leaf], {
    cwd: consumer,
    env: { ...process.env, ...npmEnvironment },
  });
  const installed = readdirSync(join(consumer, 'node_modules/@claudette')).map((name) => `@claudette/${name}`);
  say(`installed ${leaf} in an empty folder, which brought ${installed.join(', ')}`);
  if (installed.sort().join() !== [...published].sort().join()) throw new Error('Something else was installed');

  writeFileSync(join(consumer, 'example.mjs'), exampleOf(readFileSync(`${root}${leafFolder}/README.md`, 'utf8')));
  const printed = run(process.execPath, ['example.mjs'], {
    cwd: consumer,
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 30_000,
  });
  if (printed.trim() === '') throw new Error('The README example printed nothing');
  say(`the README example ran under plain node and printed:\n${printed.trimEnd().replace(/^/gm, '    ')}`);

  for (const { name } of manifests) {
    const { status } = await fetch(`${url}${name.replace('/', '%2f')}`);
    const wanted = published.includes(name) ? 200 : 404;
    if (status !== wanted) throw new Error(`The registry answers ${status} for ${name} instead of ${wanted}`);
  }
  say(`the registry has none of the other ${manifests.length - published.length} packages`);
  say('ok');
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  registry?.kill();
  rmSync(work, { recursive: true, force: true });
}
