import { describe, expect, it } from '@jest/globals';

import { checkConfig } from '../config/check-config.js';
import { keepUntilRestart } from './keep-until-restart.js';

const config = (tree: object) => checkConfig(tree, 'the test');

describe('a configuration that is adopted', () => {
  it('leaves what the process read when it started, and says what waits', () => {
    const wanted = { server: { port: 4000, drainTimeoutMs: 5 }, ledger: { url: 'memory:' }, cache: { ttlSeconds: 7 } };
    const adopted = keepUntilRestart(config({}), config(wanted));
    expect(adopted.restartNeeded).toEqual(['server.port', 'ledger.url']);
    expect(adopted.changed).toEqual(['server.drainTimeoutMs', 'cache.ttlSeconds']);
    expect(adopted.config).toMatchObject({
      server: { port: 3000, drainTimeoutMs: 5 },
      ledger: { url: 'sqlite:' },
      cache: { ttlSeconds: 7 },
    });
  });

  it.each([
    ['server.totalMs', { server: { totalMs: 5 } }],
    ['credentials.sources', { credentials: { sources: ['env'] } }],
    ['auth.mode', { auth: { mode: 'keys' } }],
    ['backends.a.models', { backends: { a: { provider: 'demo', models: ['n'] } } }],
  ])('changes %s at once', (path, wanted) => {
    const before = config({ backends: { a: { provider: 'demo', models: ['m'] } } });
    const { changed, restartNeeded } = keepUntilRestart(before, config({ backends: before.backends, ...wanted }));
    expect([changed, restartNeeded]).toEqual([[path], []]);
  });

  it.each([
    ['server.host', { server: { host: 'localhost' } }],
    ['server.bodyLimitBytes', { server: { bodyLimitBytes: 2048 } }],
    ['logging.level', { logging: { level: 'debug' } }],
  ])('waits with %s', (path, wanted) => {
    const { changed, restartNeeded } = keepUntilRestart(config({}), config(wanted));
    expect([changed, restartNeeded]).toEqual([[], [path]]);
  });

  it('gives up no keys while the server listens beyond loopback', () => {
    const running = config({ server: { host: '0.0.0.0' }, auth: { mode: 'keys' } });
    const wanted = config({ server: { host: '127.0.0.1' }, auth: { mode: 'open' } });
    expect(() => keepUntilRestart(running, wanted)).toThrow('auth.mode is "open" but server.host is "0.0.0.0"');
  });
});
