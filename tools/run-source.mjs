import { mkdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * Runs a TypeScript file of the tools without building anything before: `node tools/run-source.mjs FILE [words]`. Takes some
 * tenths of a second longer than plain JavaScript.
 */
const [file, ...words] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node tools/run-source.mjs FILE [words]');

// As deep in the repository as the sources are, which find its top from where they are.
const folder = fileURLToPath(new URL('out-tsc/', import.meta.url));
const outfile = `${folder}${basename(file, '.ts')}-${process.pid}.mjs`;
mkdirSync(folder, { recursive: true });
try {
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@claudette/source'],
    external: ['@napi-rs/*', 'typescript'],
    banner: {
      js: "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);",
    },
    logLevel: 'warning',
  });
  process.argv.splice(1, process.argv.length, outfile, ...words);
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(outfile, { force: true });
}
