import { GatewayError } from '@claudette/core';
import { providerIds } from '@claudette/providers';
import { describe, expect, it } from '@jest/globals';

import { checkConfig } from './check-config.js';

const backend = { provider: 'openai', models: ['m'] };

const refusal = (tree: unknown): string => {
  try {
    checkConfig(tree, 'file.json');
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'configuration_invalid') return thrown.detail;
    throw thrown;
  }
  throw new Error('nothing was refused');
};

describe('what is wrong with a configuration', () => {
  it('is told with the origin, the path, the value and the allowed range', () => {
    expect(refusal({ server: { port: 70_000 } })).toBe(
      'file.json: server.port is 70000: Too big: expected number to be <=65535',
    );
  });

  it('is told all at once', () => {
    const text = refusal({ server: { port: -1 }, cache: { scope: 'house' } });
    expect(text).toMatch(/server\.port is -1: .*>=0.*; cache\.scope is "house": .*"key"\|"user"\|"team"\|"shared"/);
  });

  it('is told with the nearest key for one that is not known', () => {
    expect(refusal({ server: { prot: 1 } })).toBe('file.json: server.prot is not a known key; did you mean port?');
  });

  it('is told with the nearest key inside a named thing', () => {
    expect(refusal({ backends: { a: { ...backend, modles: [], timeouts: { idelMs: 1 } } } })).toBe(
      'file.json: backends.a.timeouts.idelMs is not a known key; did you mean idleMs?; ' +
        'backends.a.modles is not a known key; did you mean models?',
    );
  });

  it('is told with all known keys when none is near', () => {
    expect(refusal({ auth: { zzzzzzzz: 1 } })).toBe('file.json: auth.zzzzzzzz is not a known key; known here: mode');
  });

  it('is told for the whole tree', () => {
    expect(refusal([])).toMatch(/^file\.json: the configuration is a list: .*expected object/);
  });

  it.each([
    [{ backends: { a: { models: ['m'] } } }, 'backends.a.provider is absent: '],
    [{ backends: { a: 'openai' } }, 'backends.a is "openai": '],
    [{ cache: null }, 'cache is null: '],
    [{ cache: { dependencies: [{ when: {}, invalidates: { tag: 'x' } }] } }, 'must name an operation, a tag, a model'],
    [{ cache: { dependencies: [{ when: { tag: 'x' }, invalidates: {} }] } }, 'must name a key, an operation, a tag'],
    [{ server: { host: { name: 'x' } } }, 'server.host is an object: '],
    [{ server: { host: ['x'] } }, 'server.host is a list: '],
    [{ logging: { level: 'x'.repeat(100) } }, `logging.level is "${'x'.repeat(79)}…: `],
  ])('shows the value in %j', (tree, text) => {
    expect(refusal(tree)).toContain(text);
  });

  it('is told for a name that may not be one', () => {
    expect(refusal({ backends: { 'a/b': backend } })).toBe(
      'file.json: backends.a/b is not a valid name: a backend name has letters, digits, . _ and -',
    );
  });

  it('never repeats what may be a key', () => {
    const text = refusal({ backends: { a: { ...backend, apiKey: 'hunter2', headers: 'hunter2' } } });
    expect(text).toContain('backends.a.apiKey is a value that is not shown: must be env:NAME');
    expect(text).not.toContain('hunter2');
  });

  it('never repeats a URL with a password in it', () => {
    const text = refusal({ cache: { store: 'reddis://me:hunter2@localhost' } });
    expect(text).toContain('cache.store is a value that is not shown: must be memory:, sqlite:');
    expect(text).not.toMatch(/me:|hunter2/);
  });

  it.each([
    'memory:',
    'sqlite:',
    'sqlite:/x.db',
    'redis://h',
    'rediss://u:p@h:1/2',
    'postgres://h/d',
    'postgresql://h/d',
  ])('takes %s as the store of the cache', (store) => {
    expect(checkConfig({ cache: { store } }, 'f').cache.store).toBe(store);
  });

  it.each(['redis:', 'mysql://h/d', ''])('does not take "%s" as the store of the cache', (store) => {
    expect(refusal({ cache: { store } })).toContain('must be memory:, sqlite:');
  });
});

describe('open mode', () => {
  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('is fine on %s', (host) => {
    expect(checkConfig({ server: { host } }, 'f').auth.mode).toBe('open');
  });

  it.each(['0.0.0.0', '::', '192.168.0.7', 'example.org', '127.0.0.1.example.org'])('is refused on %s', (host) => {
    expect(refusal({ server: { host } })).toBe(
      `file.json: auth.mode is "open" but server.host is "${host}": beyond loopback set auth.mode to "keys" and create a key with claudette keys create`,
    );
  });

  it('is not needed beyond loopback: keys are', () => {
    expect(checkConfig({ server: { host: '0.0.0.0' }, auth: { mode: 'keys' } }, 'f').server.host).toBe('0.0.0.0');
  });
});

describe('an alias', () => {
  it('may not have the name of a backend', () => {
    expect(refusal({ backends: { a: backend }, aliases: { a: ['m'] } })).toBe(
      'file.json: aliases.a has the name of a backend; choose another',
    );
  });

  it('may not name another alias', () => {
    expect(refusal({ aliases: { a: ['m', 'b'], b: ['m'] } })).toBe(
      'file.json: aliases.a names the alias b; aliases list backend/model or model ids',
    );
  });

  it('must list something', () => {
    expect(refusal({ aliases: { a: [] } })).toMatch(/aliases\.a is a list: .*>=1/);
  });
});

describe('routing', () => {
  it('knows no other strategies', () => {
    expect(refusal({ routing: { strategy: 'luckiest' } })).toMatch(/routing\.strategy is "luckiest": .*"round-robin"/);
  });

  it('needs a weight that weighs something', () => {
    expect(refusal({ routing: { weights: { cost: 0, latency: 0, availability: 0 } } })).toBe(
      'file.json: routing.weights are all 0: at least one must count',
    );
  });

  it.each([{ warnRatio: 0.9 }, { highRatio: 0.95 }, { warnRatio: 0.5, highRatio: 0.5 }])(
    'needs memory ratios that rise, unlike %j',
    (memory) => {
      expect(refusal({ memory })).toMatch(
        /^file\.json: memory\.warnRatio, memory\.highRatio and memory\.criticalRatio must rise: they are /,
      );
    },
  );

  it('knows what models can do only of models that there are', () => {
    const capabilities = { m: { tools: false }, '*': { images: false }, n: { tools: true } };
    expect(refusal({ backends: { a: { ...backend, capabilities } } })).toBe(
      'file.json: backends.a.capabilities.n is not a model of a; it has m, and * is all of them',
    );
  });
});

describe('a backend', () => {
  it('is refused when nobody knows its provider, with the nearest', () => {
    expect(refusal({ backends: { a: { ...backend, provider: 'antropic' } } })).toBe(
      'file.json: backends.a.provider is "antropic"; did you mean anthropic?',
    );
  });

  it('is refused when nobody knows its provider, with all that there are', () => {
    expect(refusal({ backends: { a: { ...backend, provider: 'zzzzzzzz' } } })).toBe(
      `file.json: backends.a.provider is "zzzzzzzz"; known providers: ${providerIds.join(', ')}`,
    );
  });

  it('is refused a dialect that its provider does not speak, with those that it does', () => {
    expect(refusal({ backends: { a: { ...backend, dialect: 'gemini' } } })).toBe(
      'file.json: backends.a.dialect is "gemini"; openai speaks openai-chat, openai-responses',
    );
  });

  it('is refused without the address that its provider does not have', () => {
    expect(refusal({ backends: { a: { ...backend, provider: 'openai-compatible' } } })).toBe(
      'file.json: backends.a.baseUrl is absent; openai-compatible needs an address, e.g. http://127.0.0.1:8000/v1',
    );
  });

  it('is told with all others that are wrong', () => {
    const text = refusal({ backends: { a: { ...backend, provider: 'x' }, b: { ...backend, provider: 'y' } } });
    expect(text).toMatch(/backends\.a\.provider is "x"; .*; backends\.b\.provider is "y"; /);
  });

  it('of a server of the user may speak anything', () => {
    const lab = { provider: 'openai-compatible', baseUrl: 'http://lab', dialect: 'gemini', models: ['m'] };
    expect(checkConfig({ backends: { lab } }, 'f').backends['lab']?.dialect).toBe('gemini');
  });
});

describe('the keys of a backend', () => {
  it('may be one or several', () => {
    const keys = (apiKey: unknown): unknown =>
      checkConfig({ backends: { a: { ...backend, apiKey } } }, 'f').backends['a']?.apiKey;
    expect([keys('env:A'), keys(['env:A', 'env:B'])]).toEqual(['env:A', ['env:A', 'env:B']]);
  });

  it.each([[[]], [['hunter2']], [7]])('are never shown: %j', (apiKey) => {
    const text = refusal({ backends: { a: { ...backend, apiKey } } });
    expect(text).toMatch(/backends\.a\.apiKey(\.0)? is/);
    expect(text).not.toContain('hunter2');
  });
});

it('freezes the configuration at every depth', () => {
  const config = checkConfig({ backends: { a: backend } }, 'f');
  expect(Object.isFrozen(config) && Object.isFrozen(config.backends['a']?.models)).toBe(true);
});
