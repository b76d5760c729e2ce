import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { reveal } from '../secret.js';
import { createPassphrase } from './passphrase.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'claudette-passphrase-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keyFile = (content: string): string => {
  const path = join(folder, 'key');
  writeFileSync(path, content);
  return path;
};

describe('the passphrase', () => {
  it('comes from its variable first', async () => {
    const environment = { CLAUDETTE_PASSPHRASE: 'spoken', CLAUDETTE_PASSPHRASE_FILE: keyFile('written') };
    expect(reveal(await createPassphrase({ environment })(false))).toBe('spoken');
  });

  it.each([['written'], ['written\n'], ['written\r\n']])(
    'comes from its file, without the last line end: %j',
    async (content) => {
      const environment = { CLAUDETTE_PASSPHRASE_FILE: keyFile(content) };
      expect(reveal(await createPassphrase({ environment })(false))).toBe('written');
    },
  );

  it('is asked of a person where there is neither, once', async () => {
    const asked: boolean[] = [];
    const ask = async (isNew: boolean) => {
      asked.push(isNew);
      return 'typed';
    };
    const take = createPassphrase({ environment: { CLAUDETTE_PASSPHRASE: '' }, ask });
    expect([reveal(await take(true)), reveal(await take(false))]).toEqual(['typed', 'typed']);
    expect(asked).toEqual([true]);
  });

  it('is missing with what to set', async () => {
    await expect(createPassphrase({ environment: {} })(false)).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringMatching(/CLAUDETTE_PASSPHRASE, or CLAUDETTE_PASSPHRASE_FILE/),
    });
  });

  it.each([
    ['absent', 'CLAUDETTE_PASSPHRASE_FILE cannot be read: ENOENT'],
    ['key', 'is empty'],
  ])('is missing when its file is not there or empty: %s', async (name, words) => {
    keyFile('\n');
    const environment = { CLAUDETTE_PASSPHRASE_FILE: join(folder, name) };
    await expect(createPassphrase({ environment })(false)).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringContaining(words),
    });
  });

  it('is looked for in the environment of the process by default', async () => {
    await expect(createPassphrase()(false)).rejects.toThrow('CLAUDETTE_PASSPHRASE');
  });
});
