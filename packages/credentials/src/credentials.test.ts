import { describe, expect, it } from '@jest/globals';

import { createCredentials } from './credentials.js';
import { createEnvironmentSource } from './environment-source.js';
import { reveal } from './secret.js';

const credentials = createCredentials({ sources: [createEnvironmentSource({ KEY: 'value' })] });

describe('taking a credential', () => {
  it('gives the secret the reference stands for', async () => {
    expect(reveal(await credentials.take('env:KEY'))).toBe('value');
  });

  it('gives it again from a reference seen before', async () => {
    expect(await credentials.take('env:KEY')).toBe(await credentials.take('env:KEY'));
  });

  it('names the missing credential and says what to do', async () => {
    await expect(credentials.take('env:ABSENT')).rejects.toMatchObject({
      code: 'credential_missing',
      detail: 'env:ABSENT is not there; set the environment variable ABSENT',
    });
  });

  it.each([['KEY'], ['keychain:KEY'], ['env:'], ['env:not a name'], [''], [':KEY']])(
    'refuses %j and shows the allowed form',
    async (reference) => {
      await expect(credentials.take(reference)).rejects.toMatchObject({
        code: 'configuration_invalid',
        detail: 'a reference to a credential must have the form env:NAME',
      });
    },
  );

  it('does not repeat a key that was put where a reference belongs', async () => {
    await expect(credentials.take('sk-ant-api03-abcdef')).rejects.not.toMatchObject({
      message: expect.stringContaining('sk-ant'),
    });
  });
});
