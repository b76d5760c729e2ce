import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createTemporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { TemporaryFolder } from '../__fixtures__/temporary-folder.js';
import { inspectConfig } from './inspect-config.js';
import { loadConfig } from './load-config.js';
import type { ConfigSource } from './read-config-files.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

/** Loads with nothing around but the temporary folder. */
const alone = ({ environment, ...source }: ConfigSource = {}): ConfigSource => ({
  workingDirectory: folder.path,
  environment: { HOME: join(folder.path, 'home'), ...environment },
  ...source,
});
const load = (source?: ConfigSource) => loadConfig(alone(source));
const inspect = (source?: ConfigSource) => inspectConfig(alone(source));

const portOf = (source?: ConfigSource): number => load(source).config.server.port;

describe('loadConfig', () => {
  it('does with the defaults when there is no file', () => {
    expect(load()).toMatchObject({ files: [], config: { server: { port: 3000 } } });
  });

  it("reads claudette.config.json in the working directory rather than the user's file", () => {
    const file = folder.write('claudette.config.json', { server: { port: 1 } });
    mkdirSync(join(folder.path, 'home/.config/claudette'), { recursive: true });
    folder.write('home/.config/claudette/config.json', { server: { port: 2 } });
    expect(load()).toMatchObject({ files: [file], config: { server: { port: 1 } } });
  });

  it("reads the user's file where the working directory has none", () => {
    mkdirSync(join(folder.path, 'home/.config/claudette'), { recursive: true });
    const file = folder.write('home/.config/claudette/config.json', { server: { port: 2 } });
    expect(load()).toMatchObject({ files: [file], config: { server: { port: 2 } } });
  });

  it('reads the file that CLAUDETTE_CONFIG names rather than the usual one', () => {
    folder.write('claudette.config.json', { server: { port: 1 } });
    folder.write('named.json', { server: { port: 3 } });
    expect(portOf({ environment: { CLAUDETTE_CONFIG: 'named.json' } })).toBe(3);
  });

  it('reads the file that the flag names rather than that of CLAUDETTE_CONFIG', () => {
    folder.write('named.json', { server: { port: 3 } });
    const file = folder.write('flag.json', { server: { port: 4 } });
    expect(portOf({ file, environment: { CLAUDETTE_CONFIG: 'named.json' } })).toBe(4);
  });

  it('refuses a named file that is not there', () => {
    expect(() => load({ file: 'gone.json' })).toThrow(`file ${join(folder.path, 'gone.json')}: there is no such file`);
  });

  it('lays the file of CLAUDETTE_ENV over the file beside it', () => {
    folder.write('claudette.config.json', { server: { port: 1, host: 'localhost' } });
    folder.write('claudette.config.staging.json', { server: { port: 5 } });
    expect(load({ environment: { CLAUDETTE_ENV: 'staging' } })).toMatchObject({
      files: [join(folder.path, 'claudette.config.json'), join(folder.path, 'claudette.config.staging.json')],
      config: { server: { port: 5, host: 'localhost' } },
    });
  });

  it('reads the file of CLAUDETTE_ENV without any other', () => {
    folder.write('claudette.config.staging.json', { server: { port: 5 } });
    expect(portOf({ environment: { CLAUDETTE_ENV: 'staging' } })).toBe(5);
  });

  it('does without a file of CLAUDETTE_ENV', () => {
    expect(portOf({ environment: { CLAUDETTE_ENV: 'staging' } })).toBe(3000);
  });

  it('puts defaults under the file, its stage, the environment and the flags, in this order', () => {
    const layer = (...names: string[]) => Object.fromEntries(names.map((name, index) => [name, index + 1]));
    folder.write('claudette.config.json', { pool: layer('warmConnections', 'queueTimeoutMs', 'idleTimeoutMs') });
    folder.write('claudette.config.x.json', { pool: { queueTimeoutMs: 20, idleTimeoutMs: 30 } });
    const environment = { CLAUDETTE_ENV: 'x', CLAUDETTE_POOL_IDLE_TIMEOUT_MS: '300', CLAUDETTE_SERVER_PORT: '8080' };
    expect(load({ environment, flags: { server: { port: 9090 } } }).config).toMatchObject({
      pool: { connectionsPerOrigin: 1024, warmConnections: 1, queueTimeoutMs: 20, idleTimeoutMs: 300 },
      server: { port: 9090 },
    });
  });

  it('keeps 0 and false through the layers', () => {
    folder.write('claudette.config.json', { server: { port: 8080 }, cache: { enabled: true } });
    const environment = { CLAUDETTE_SERVER_PORT: '0' };
    expect(load({ environment, flags: { cache: { enabled: false } } }).config).toMatchObject({
      server: { port: 0 },
      cache: { enabled: false },
    });
  });

  it('names the file whose JSON is broken, and what breaks it', () => {
    const file = folder.write('claudette.config.json', '{ "server": }');
    expect(() => load()).toThrow(`file ${file}: is not JSON: line 1, column 13: expected a value`);
  });

  it.each(['[]', '"text"', 'null', '7'])('refuses a file that holds %s', (text) => {
    const file = folder.write('claudette.config.json', text);
    expect(() => load()).toThrow(`file ${file}: must hold a JSON object`);
  });

  it('names the file that cannot be read', () => {
    mkdirSync(join(folder.path, 'claudette.config.json'));
    expect(() => load()).toThrow(/claudette\.config\.json: cannot be read: EISDIR/);
  });

  it('names what each refused value was said by, and tells all of them at once', () => {
    const file = folder.write('claudette.config.json', { server: { port: 70_000 }, cache: { scope: 'house' } });
    const environment = { CLAUDETTE_CACHE_ENABLED: '7', CLAUDETTE_SERVER_HSOT: 'x' };
    expect(() => load({ environment, flags: { pool: { warmConnections: -1 } } })).toThrow(
      new RegExp(
        [
          'environment CLAUDETTE_SERVER_HSOT: names no configuration key; did you mean CLAUDETTE_SERVER_HOST\\?',
          `file ${file}: server\\.port is 70000: .*; cache\\.scope is "house": .*`,
          'environment CLAUDETTE_CACHE_ENABLED: cache\\.enabled is 7: .*',
          'flag: pool\\.warmConnections is -1: ',
        ].join('; '),
      ),
    );
  });

  it('names the file in which something is missing', () => {
    const file = folder.write('claudette.config.json', { backends: { a: { models: ['m'] } } });
    expect(() => load()).toThrow(`file ${file}: backends.a.provider is absent`);
  });

  it('names the file of the stage for what it says, and not the one below', () => {
    folder.write('claudette.config.json', { server: { port: 1 } });
    const stage = folder.write('claudette.config.x.json', { server: { port: -1 } });
    expect(() => load({ environment: { CLAUDETTE_ENV: 'x' } })).toThrow(`file ${stage}: server.port is -1`);
  });

  it('does not guess what a file that is broken might say', () => {
    folder.write('claudette.config.json', '{');
    folder.write('claudette.config.x.json', { backends: { a: { priority: 2 } } });
    const { problems, loaded } = inspect({ environment: { CLAUDETTE_ENV: 'x' } });
    expect([problems.map(({ message }) => message), loaded]).toEqual([
      ['is not JSON: line 1, column 2: expected a key or } in double quotes'],
      undefined,
    ]);
  });

  it('reads a file that begins with a byte order mark', () => {
    folder.write('claudette.config.json', '\uFEFF{"server":{"port":1}}');
    expect(portOf()).toBe(1);
  });

  it.each([
    [
      { CUSTOM_BACKEND_1_API_URL: 'http://lab/v1' },
      'environment: CUSTOM_BACKEND_1_API_URL is set, but CUSTOM_BACKEND_1_MODEL',
    ],
    [
      { CUSTOM_BACKEND_1_API_URL: 'lab', CUSTOM_BACKEND_1_MODEL: 'm' },
      'environment: backends.custom-1.baseUrl is "lab": Invalid URL',
    ],
  ])('refuses a backend of the environment that is none: %j', (environment, message) => {
    expect(() => load({ environment })).toThrow(message);
  });

  it('knows where each value comes from', () => {
    const file = folder.write('claudette.config.json', { server: { port: 1 }, pool: { warmConnections: 1 } });
    const { origins } = load({
      environment: { CLAUDETTE_POOL_WARM_CONNECTIONS: '2' },
      flags: { logging: { level: 'error' } },
    });
    const paths = ['server.port', 'pool.warmConnections', 'logging.level', 'cache.enabled'];
    expect(paths.map((path) => origins(path.split('.')))).toEqual([
      `file ${file}`,
      'environment CLAUDETTE_POOL_WARM_CONNECTIONS',
      'flag',
      'default',
    ]);
  });

  it('finds it odd that a key stands there twice', () => {
    const file = folder.write('claudette.config.json', '{"server":{"port":1,"port":2}}');
    expect(inspect()).toMatchObject({
      loaded: { config: { server: { port: 2 } } },
      oddities: [
        { origin: `file ${file}`, path: 'server.port', message: 'server.port stands there twice; the last one counts' },
      ],
    });
  });

  it('takes the environment and the working directory of the process when none are given', () => {
    expect(loadConfig({ flags: { server: { port: 1234 } } }).config.server.port).toBe(1234);
  });
});
