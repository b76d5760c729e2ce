import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url).pathname;

/**
 * The product as its sources stand in this checkout, without building it first.
 *
 * @param contents the module to load, e.g. `export * from '@claudette/core'`; relative paths begin at the checkout's root
 */
export const loadSources = async (contents) => {
  const work = mkdtempSync(join(tmpdir(), 'claudette-sources-'));
  const outfile = join(work, 'sources.mjs');
  try {
    await build({
      stdin: { contents, resolveDir: root },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: ['@claudette/source'],
      // What is CommonJS inside asks for Node's modules.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
