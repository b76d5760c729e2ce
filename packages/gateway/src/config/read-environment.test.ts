import { describe, expect, it } from '@jest/globals';

import { mergeLayers } from './merge-layers.js';
import { readEnvironment, toVariable } from './read-environment.js';

const read = (environment: Record<string, string | undefined>): unknown =>
  mergeLayers([{}, ...readEnvironment(environment).layers.map(({ tree }) => tree)]);

const problems = (environment: Record<string, string>): readonly string[] =>
  readEnvironment(environment).problems.map(({ origin, message }) => `${origin}: ${message}`);

describe('readEnvironment', () => {
  it('reads CLAUDETTE_<SECTION>_<KEY>', () => {
    expect(read({ CLAUDETTE_SERVER_PORT: '8080', CLAUDETTE_SERVER_HOST: 'localhost' })).toEqual({
      server: { port: 8080, host: 'localhost' },
    });
  });

  it('reads nested keys joined with two underscores', () => {
    const environment = { CLAUDETTE_CACHE_SAMPLING__NATIVE: 'all', CLAUDETTE_RESILIENCE_BREAKER__OPEN_MS: '5' };
    expect(read(environment)).toEqual({
      cache: { sampling: { native: 'all' } },
      resilience: { breaker: { openMs: 5 } },
    });
  });

  it.each(['CLAUDETTE_POOL_IDLE_TIMEOUT_MS', 'CLAUDETTE_POOL_IDLETIMEOUTMS'])('knows %s', (name) => {
    expect(read({ [name]: '7' })).toEqual({ pool: { idleTimeoutMs: 7 } });
  });

  it('keeps 0, false and null', () => {
    const environment = {
      CLAUDETTE_SERVER_PORT: '0',
      CLAUDETTE_CACHE_ENABLED: 'false',
      CLAUDETTE_CACHE_MAX_MEMORY_BYTES: 'null',
    };
    expect(read(environment)).toEqual({ server: { port: 0 }, cache: { enabled: false, maxMemoryBytes: null } });
  });

  it('takes what is no JSON as text', () => {
    expect(read({ CLAUDETTE_CACHE_ENABLED: 'maybe' })).toEqual({ cache: { enabled: 'maybe' } });
  });

  it.each(['sqlite:/a b.db', '123', 'true', '["x"]', ''])('takes %j as text where the key is text', (text) => {
    expect(read({ CLAUDETTE_LEDGER_URL: text })).toEqual({ ledger: { url: text } });
  });

  it('reads lists as JSON', () => {
    const rule = { when: { tag: 'a' }, invalidates: { tag: 'b' } };
    expect(read({ CLAUDETTE_CACHE_DEPENDENCIES: JSON.stringify([rule]) })).toEqual({ cache: { dependencies: [rule] } });
  });

  it('names each variable as the origin of what it says', () => {
    expect(readEnvironment({ CLAUDETTE_SERVER_PORT: '1' }).layers).toEqual([
      { origin: 'environment CLAUDETTE_SERVER_PORT', tree: { server: { port: 1 } } },
    ]);
  });

  it('leaves alone what is not its own', () => {
    const environment = {
      PATH: '/bin',
      CLAUDETTE_CONFIG: 'f',
      CLAUDETTE_ENV: 'e',
      CLAUDETTE_URL: 'u',
      CLAUDETTE_GATEWAY_KEY: 'k',
      CLAUDETTE_PASSPHRASE: 'p',
      CLAUDETTE_PASSPHRASE_FILE: 'p',
      CLAUDETTE_TEST_X: '1',
      CLAUDETTE_SERVER_PORT: undefined,
    };
    expect(readEnvironment(environment)).toEqual({ layers: [], problems: [] });
  });

  it('tells every unknown key, each with the nearest variable', () => {
    expect(problems({ CLAUDETTE_SERVER_PROT: '1', CLAUDETTE_CACHE_ENABELD: 'true' })).toEqual([
      'environment CLAUDETTE_SERVER_PROT: names no configuration key; did you mean CLAUDETTE_SERVER_PORT?',
      'environment CLAUDETTE_CACHE_ENABELD: names no configuration key; did you mean CLAUDETTE_CACHE_ENABLED?',
    ]);
  });

  it('tells an unknown section with the sections that there are', () => {
    expect(problems({ CLAUDETTE_X: '1' })).toEqual([
      expect.stringMatching(/names no configuration key; sections are server, auth, routing,/),
    ]);
  });

  it.each([
    ['a whole group of keys: each has a variable of its own', 'CLAUDETTE_CACHE_SAMPLING'],
    ['backends, which are named in files and found by their own variables', 'CLAUDETTE_BACKENDS_A'],
  ])('does not know %s', (_name, variable) => {
    expect(problems({ [variable]: '{}' })).toHaveLength(1);
  });
});

describe('toVariable', () => {
  it.each([
    [['server', 'port'], 'CLAUDETTE_SERVER_PORT'],
    [['cache', 'ttlSeconds'], 'CLAUDETTE_CACHE_TTL_SECONDS'],
    [['routing', 'hedge', 'afterPercentile'], 'CLAUDETTE_ROUTING_HEDGE__AFTER_PERCENTILE'],
  ])('names the variable of %j', (path, variable) => {
    expect(toVariable(path)).toBe(variable);
  });
});
