import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../../../', import.meta.url).pathname;

/** The product's own routing, and the simulated world that its tests use too. */
export const loadRouting = async () => {
  const work = mkdtempSync(join(tmpdir(), 'claudette-routing-'));
  const outfile = join(work, 'routing.mjs');
  try {
    await build({
      stdin: {
        contents: "export * from './index.js'; export * from './__fixtures__/routing-scenarios.js';",
        resolveDir: join(root, 'packages/routing/src'),
      },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: ['@claudette/source'],
      logLevel: 'error',
    });
    return await import(outfile);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
