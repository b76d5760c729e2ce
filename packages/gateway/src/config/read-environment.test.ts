import { GatewayError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { readEnvironment } from './read-environment.js';

const refusal = (environment: Record<string, string>): string => {
  try {
    readEnvironment(environment);
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'configuration_invalid') return thrown.detail;
    throw thrown;
  }
  throw new Error('nothing was refused');
};

describe('readEnvironment', () => {
  it('reads CLAUDETTE_<SECTION>_<KEY>', () => {
    expect(readEnvironment({ CLAUDETTE_SERVER_PORT: '8080', CLAUDETTE_SERVER_HOST: 'localhost' })).toEqual({
      server: { port: 8080, host: 'localhost' },
    });
  });

  it('reads nested keys joined with two underscores', () => {
    const environment = { CLAUDETTE_CACHE_SAMPLING__NATIVE: 'all', CLAUDETTE_RESILIENCE_BREAKER__OPEN_MS: '5' };
    expect(readEnvironment(environment)).toEqual({
      cache: { sampling: { native: 'all' } },
      resilience: { breaker: { openMs: 5 } },
    });
  });

  it.each(['CLAUDETTE_POOL_IDLE_TIMEOUT_MS', 'CLAUDETTE_POOL_IDLETIMEOUTMS'])('knows %s', (name) => {
    expect(readEnvironment({ [name]: '7' })).toEqual({ pool: { idleTimeoutMs: 7 } });
  });

  it('keeps 0 and false', () => {
    expect(readEnvironment({ CLAUDETTE_SERVER_PORT: '0', CLAUDETTE_CACHE_ENABLED: 'false' })).toEqual({
      server: { port: 0 },
      cache: { enabled: false },
    });
  });

  it('takes what is no JSON as text', () => {
    expect(readEnvironment({ CLAUDETTE_LEDGER_URL: 'sqlite:/a b.db' })).toEqual({ ledger: { url: 'sqlite:/a b.db' } });
  });

  it('leaves alone what is not its own', () => {
    const environment = { PATH: '/bin', CLAUDETTE_CONFIG: 'f', CLAUDETTE_ENV: 'e', CLAUDETTE_TEST_X: '1' };
    expect(readEnvironment({ ...environment, CLAUDETTE_SERVER_PORT: undefined })).toEqual({});
  });

  it('refuses an unknown key with the nearest variable', () => {
    expect(refusal({ CLAUDETTE_SERVER_PROT: '1' })).toBe(
      'the environment variable CLAUDETTE_SERVER_PROT names no configuration key; did you mean CLAUDETTE_SERVER_PORT?',
    );
  });

  it('refuses an unknown section with the sections that there are', () => {
    expect(refusal({ CLAUDETTE_X: '1' })).toMatch(/names no configuration key; sections are server, auth, routing,/);
  });

  it('refuses a whole group of keys: each has a variable of its own', () => {
    expect(refusal({ CLAUDETTE_CACHE_SAMPLING: 'all' })).toMatch(/names no configuration key/);
  });

  it('refuses backends, which are named in files and found by their own variables', () => {
    expect(refusal({ CLAUDETTE_BACKENDS_A: '{}' })).toMatch(/names no configuration key/);
  });
});
