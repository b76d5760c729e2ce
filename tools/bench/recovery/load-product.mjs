import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../../../', import.meta.url).pathname;
const entry = `
  export { createBreakers, createKeyRing } from '@claudette/resilience';
  export { UpstreamError } from '@claudette/core';`;

/** The package as it stands in this checkout, in one piece with the errors it looks at. */
export const loadProduct = async () => {
  const work = mkdtempSync(join(tmpdir(), 'claudette-recovery-'));
  const outfile = join(work, 'product.mjs');
  await build({
    stdin: { contents: entry, resolveDir: root },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@claudette/source'],
    // opossum is CommonJS and asks for `events`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  const product = await import(pathToFileURL(outfile));
  rmSync(work, { recursive: true });
  return product;
};
