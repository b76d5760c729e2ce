import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRedactor, createSecret, reveal } from '@claudette/credentials';
import { createLogger } from '@claudette/metrics';
import { createFakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { checkConfig } from '../config/check-config.js';
import { systemClock } from '../system-clock.js';
import { createCredentialPlaces } from './credential-places.js';
import { createGatewayCredentials } from './gateway-credentials.js';

const PASSPHRASE = 'correct horse battery';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'claudette-gateway-credentials-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const configFor = (...sources: readonly string[]) =>
  checkConfig(sources.length === 0 ? {} : { credentials: { sources } }, 'the test');

function open(config = configFor(), more: Readonly<Record<string, string>> = {}) {
  const environment = { HOME: folder, XDG_DATA_HOME: folder, CLAUDETTE_PASSPHRASE: PASSPHRASE, ...more };
  const redactor = createRedactor();
  let log = '';
  const write = (lines: string): void => void (log += lines);
  const logger = createLogger({ level: 'debug', format: 'json', redact: redactor.redact, write });
  const credentials = createGatewayCredentials({ config, environment, clock: createFakeClock(), redactor, logger });
  const readLog = (): string => {
    logger.close();
    return log;
  };
  return { credentials, redactor, readLog };
}

const store = async (name: string, value: string): Promise<void> => {
  const environment = { XDG_DATA_HOME: folder };
  const passphrase = async () => createSecret(PASSPHRASE);
  const { stores } = createCredentialPlaces({ config: configFor('file'), environment, clock: systemClock, passphrase });
  await stores[0]?.set(new Map([[name, createSecret(value)]]));
};

describe('the credentials of a gateway', () => {
  it('come from the environment and from the file', async () => {
    await store('lab', 'value-of-lab');
    const { credentials } = open(configFor(), { KEY: 'value-of-key' });
    expect(reveal(await credentials.take('env:KEY'))).toBe('value-of-key');
    expect(reveal(await credentials.take('credential:lab'))).toBe('value-of-lab');
  });

  it('are redacted from their first use on, and so is the passphrase', async () => {
    await store('lab', 'value-of-lab');
    const { credentials, redactor } = open();
    await credentials.take('credential:lab');
    expect(redactor.redact(`value-of-lab ${PASSPHRASE}`)).toBe('*** ***');
  });

  it('never come from the environment where credentials.sources leaves it out', async () => {
    const { credentials } = open(configFor('file'), { KEY: 'value' });
    await expect(credentials.take('env:KEY')).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: 'a reference to a credential must have the form credential:NAME',
    });
  });

  it('are stored nowhere where credentials.sources has the environment alone', async () => {
    await store('lab', 'value-of-lab');
    await expect(open(configFor('env')).credentials.take('credential:lab')).rejects.toMatchObject({
      code: 'credential_missing',
      detail: expect.stringContaining('credentials.sources'),
    });
  });

  it('come from where the configuration in effect says', async () => {
    await store('lab', 'value-of-lab');
    const { credentials } = open(configFor('env'));
    credentials.adopt(configFor('env', 'file'));
    expect(reveal(await credentials.take('credential:lab'))).toBe('value-of-lab');
  });

  it('are known by name; what cannot be read is logged and left out', async () => {
    await store('lab', 'value-of-lab');
    const { credentials, readLog } = open();
    expect(await credentials.storedNames()).toEqual(['lab']);
    expect(readLog()).toMatch(/"level":"debug".*"store":"keychain".*no session bus/);
    const wrong = open(configFor(), { CLAUDETTE_PASSPHRASE: 'another passphrase' });
    expect(await wrong.credentials.storedNames()).toEqual([]);
    expect(wrong.readLog()).toMatch(/"level":"warn".*"store":"file"/);
  });
});
