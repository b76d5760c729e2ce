import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';

const firstExample = /^```js\n(?<code>[\s\S]*?)^```$/m;

/**
 * Runs the first ```js block of a README and returns the lines it printed with `console.log`. The block runs inside the
 * calling test, so that the package's own name means its sources; it may use top-level `await`, and what it prints after
 * its last statement is not seen.
 *
 * @param readme the README's `file:` URL, e.g. `new URL('../README.md', import.meta.url)`
 * @throws Error when the README has no such block, and whatever the example throws
 */
export async function runReadmeExample(readme: URL): Promise<string[]> {
  const code = firstExample.exec(await readFile(readme, 'utf8'))?.groups?.['code'];
  if (code === undefined) throw new Error(`No js block in ${readme.pathname}`);

  const folder = new URL('out-tsc/', readme);
  const file = fileURLToPath(new URL(`readme-example-${randomUUID()}.ts`, folder));
  await mkdir(folder, { recursive: true });
  await writeFile(file, code);

  const printed: string[] = [];
  const { log } = console;
  console.log = (...values: unknown[]) => void printed.push(...format(...values).split('\n'));
  try {
    await import(file);
  } finally {
    console.log = log;
    await rm(file, { force: true });
  }
  return printed;
}
