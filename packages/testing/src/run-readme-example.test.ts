import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { runReadmeExample } from './run-readme-example.js';

const readmeWith = async (text: string): Promise<URL> => {
  const file = join(await mkdtemp(join(tmpdir(), 'readme-')), 'README.md');
  await writeFile(file, text);
  return pathToFileURL(file);
};

describe('running a README example', () => {
  it('returns what the first js block prints', async () => {
    const readme = await readmeWith(
      "# A\n\n```sh\nls\n```\n\n```js\nawait null;\nconsole.log('one %d', 1);\nconsole.log({ two: 2 });\n```\n\n```js\nthrow 1;\n```\n",
    );
    expect(await runReadmeExample(readme)).toEqual(['one 1', '{ two: 2 }']);
  });

  it('leaves no file behind', async () => {
    const readme = await readmeWith("```js\nconsole.log('x');\n```\n");
    await runReadmeExample(readme);
    expect(await readdir(new URL('out-tsc/', readme))).toEqual([]);
  });

  it('passes on what the example throws and puts console.log back', async () => {
    const { log } = console;
    const readme = await readmeWith("```js\nthrow new Error('broken example');\n```\n");
    await expect(runReadmeExample(readme)).rejects.toThrow('broken example');
    expect(console.log).toBe(log);
  });

  it('refuses a README without an example', async () => {
    await expect(runReadmeExample(await readmeWith('# A\n'))).rejects.toThrow('No js block');
  });
});
