import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundle, externals } from './bundle.mjs';

/**
 * Lays out what runs in a container: `node tools/image-files.mjs FOLDER`.
 *
 * The bundles of server and command line, each with the package.json that makes them ES modules, and of node_modules only
 * the native drivers with what they load at run time. The places are those of the repository.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

/** What the drivers need while they are being installed only. */
const installOnly = ['node-addon-api', 'node-gyp', 'prebuild-install', 'tar'];

/** The packages and what they load, each once. */
const withDependencies = (names, found = new Set()) => {
  for (const name of names) {
    if (found.has(name) || installOnly.includes(name)) continue;
    found.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8'));
    withDependencies(Object.keys(dependencies), found);
  }
  return [...found];
};

// Sources and object files of the drivers are 40 MB that nothing loads.
const isBuildInput = (path) =>
  /\/(?:deps|src|build\/Release\/(?:obj|\.deps|obj\.target)|build\/deps)(?:\/|$)|\.a$/.test(path);

const target = process.argv[2];
if (target === undefined) throw new Error('usage: node tools/image-files.mjs FOLDER');

const copy = (path, keep = () => true) => {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  cpSync(join(root, path), join(target, path), { recursive: true, filter: keep });
};

for (const app of ['server', 'cli']) {
  await bundle(app, join(target, `apps/${app}/dist`));
  copy(`apps/${app}/package.json`);
}
copy('apps/cli/bin');
for (const name of withDependencies(externals)) copy(`node_modules/${name}`, (path) => !isBuildInput(path));
