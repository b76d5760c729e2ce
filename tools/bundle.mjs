import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

/**
 * Bundles the apps: `node tools/bundle.mjs [server] [cli] [--out FOLDER]`, both when none is named, into their `dist` or
 * into FOLDER.
 *
 * `src/main.ts` becomes `dist/main.js` with chunks beside it. Imports that are lazy in the source stay separate chunks, so
 * that a command loads only what it needs. Packages with native parts stay outside and are found in node_modules.
 */
export const externals = ['better-sqlite3', 'sqlite3'];

const root = fileURLToPath(new URL('..', import.meta.url));

// CommonJS dependencies call require() for Node's own modules; an ES module has to make one for them.
const banner = "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);";

/** A package reads its version from the package.json above its sources, which a bundle does not have above it. */
const inlineVersions = {
  name: 'inline-versions',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]src[\\/]version\.ts$/ }, ({ path }) => {
      const manifest = path.replace(/src[\\/]version\.ts$/, 'package.json');
      const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
      return { contents: `export const version = ${JSON.stringify(version)};`, watchFiles: [manifest] };
    });
  },
};

/** Bundles one app into the folder, which is emptied first. Gives esbuild's account of what went where. */
export const bundle = async (app, folder = `${root}apps/${app}/dist`) => {
  const entry = `${root}apps/${app}/src/main.ts`;
  if (!existsSync(entry)) {
    console.error(`bundle: apps/${app}/src/main.ts does not exist, nothing to bundle`);
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: [entry],
    outdir: folder,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@claudette/source'],
    external: externals,
    plugins: [inlineVersions],
    banner: { js: banner },
    legalComments: 'external',
    chunkNames: 'chunks/[name]-[hash]',
    logLevel: 'warning',
    metafile: true,
  });
  const outputs = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.js'));
  const totalBytes = outputs.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const startBytes = outputs.find(([path]) => basename(path) === 'main.js')?.[1].bytes ?? 0;
  console.error(
    `bundle: ${app}: main.js ${Math.ceil(startBytes / 1024)} kB, all ${outputs.length} files ${Math.ceil(totalBytes / 1024)} kB`,
  );
  return metafile;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
  try {
    for (const app of positionals.length > 0 ? positionals : ['server', 'cli']) await bundle(app, values.out);
  } catch (error) {
    // esbuild has told the places already.
    console.error(`bundle: ${error.message.split('\n')[0]}`);
    process.exitCode = 1;
  }
}
