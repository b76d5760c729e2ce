import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../../../', import.meta.url).pathname;

/** The traces that the tests replay too, with the product's own estimator. */
export const loadTraces = async () => {
  const work = mkdtempSync(join(tmpdir(), 'claudette-estimates-'));
  const outfile = join(work, 'traces.mjs');
  try {
    await build({
      entryPoints: [join(root, 'packages/routing/src/__fixtures__/exchange-trace.ts')],
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
