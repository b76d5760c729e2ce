import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundle } from './bundle.mjs';

/**
 * Tells which packages the command loads: `node tools/loaded-modules.mjs` writes `{ version, prompt, serve, stores }` as
 * JSON, each a sorted list of package names, ours included.
 *
 * `version` is `claudette --version`, `prompt` a question with stored answers in memory, `serve` a server until it listens
 * with the same, and `stores` a server whose stored answers are in SQLite.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

/** Writes down the path of everything that is imported or required. */
const recorder = `
import { appendFileSync } from 'node:fs';
import Module, { register } from 'node:module';
const log = process.env.LOADED_MODULES_LOG;
register('data:text/javascript,' + encodeURIComponent(\`
  import { appendFileSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context);
    appendFileSync(\${JSON.stringify(log)}, resolved.url + '\\\\n');
    return resolved;
  }\`));
const { _resolveFilename } = Module;
Module._resolveFilename = (...args) => {
  const path = _resolveFilename(...args);
  appendFileSync(log, path + '\\n');
  return path;
};
`;

/** The package that a file belongs to, or undefined for Node's own. */
const packageOf = (path) => {
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  const ours = /^(?:packages|apps)\/([^/]+)\//.exec(path)?.[1];
  return installed ?? (ours && `@claudette/${ours}`);
};

mkdirSync(`${root}tools/out-tsc`, { recursive: true });
// Inside the repository, so that the bundle finds the native modules.
const folder = realpathSync(mkdtempSync(`${root}tools/out-tsc/loaded-`));
try {
  const { outputs } = await bundle('cli', join(folder, 'dist'));
  writeFileSync(join(folder, 'recorder.mjs'), recorder);
  const packagesIn = new Map(
    Object.entries(outputs).map(([path, { inputs }]) => [
      join(root, path),
      // What only its types or its unused parts were of does not count.
      Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [packageOf(input)] : [])),
    ]),
  );

  let runs = 0;
  /** Runs the command until it ends, or until it says the words. */
  const packagesOf = async (words, config, until) => {
    runs += 1;
    const home = join(folder, `home-${runs}`);
    const log = join(folder, `log-${runs}`);
    mkdirSync(home);
    writeFileSync(join(home, 'config.json'), JSON.stringify(config));
    const child = spawn(
      process.execPath,
      ['--import', join(folder, 'recorder.mjs'), join(folder, 'dist/main.js'), ...words],
      {
        cwd: home,
        env: {
          PATH: process.env.PATH,
          HOME: home,
          XDG_DATA_HOME: home,
          CLAUDETTE_CONFIG: join(home, 'config.json'),
          LOADED_MODULES_LOG: log,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    child.stderr.on('data', (chunk) => (said += chunk));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (until !== undefined && said.includes(until)) child.kill('SIGKILL');
    });
    const [code, signal] = await once(child, 'close');
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`claudette ${words.join(' ')} ended with ${code}: ${said}`);
    const paths = readFileSync(log, 'utf8')
      .split('\n')
      .map((line) => (line.startsWith('file:') ? fileURLToPath(line) : line));
    const packages = paths.flatMap((path) => packagesIn.get(path) ?? [packageOf(relative(root, path))]);
    return [...new Set(packages)].filter((name) => name !== undefined && name !== '@claudette/..').sort();
  };

  const inMemory = { cache: { store: 'memory:' }, ledger: { url: 'memory:' } };
  const server = { port: 0 };
  console.log(
    JSON.stringify({
      version: await packagesOf(['--version'], inMemory),
      prompt: await packagesOf(['Hello'], inMemory),
      serve: await packagesOf(['serve'], { ...inMemory, server }, 'Try: '),
      stores: await packagesOf(['serve'], { ...inMemory, server, cache: { store: 'sqlite:' } }, 'Try: '),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
