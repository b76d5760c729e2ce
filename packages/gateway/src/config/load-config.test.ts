import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createTemporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { TemporaryFolder } from '../__fixtures__/temporary-folder.js';
import { loadConfig } from './load-config.js';
import type { ConfigSource } from './load-config.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

/** Loads with nothing around but the temporary folder. */
const load = ({ environment, ...source }: ConfigSource = {}) =>
  loadConfig({
    workingDirectory: folder.path,
    environment: { HOME: join(folder.path, 'home'), ...environment },
    ...source,
  });

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
    expect(() => load({ file: 'gone.json' })).toThrow(`there is no file ${join(folder.path, 'gone.json')}`);
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
    expect(() => load()).toThrow(`${file} cannot be read as JSON: Unexpected token '}'`);
  });

  it.each(['[]', '"text"', 'null', '7'])('refuses a file that holds %s', (text) => {
    const file = folder.write('claudette.config.json', text);
    expect(() => load()).toThrow(`${file} must hold a JSON object`);
  });

  it('names the file that cannot be read', () => {
    mkdirSync(join(folder.path, 'claudette.config.json'));
    expect(() => load()).toThrow(/claudette\.config\.json cannot be read as JSON: EISDIR/);
  });

  it('names everything that a refused configuration was made of', () => {
    const file = folder.write('claudette.config.json', { server: { port: 70_000 } });
    expect(() => load()).toThrow(`${file}: server.port is 70000`);
    expect(() => load({ environment: { CLAUDETTE_CACHE_ENABLED: '7' } })).toThrow(
      `${file} + environment variables: server.port is 70000`,
    );
    expect(() => load({ file, flags: { server: { port: -1 } } })).toThrow(`${file} + flags: server.port is -1`);
  });

  it('takes the environment and the working directory of the process when none are given', () => {
    expect(loadConfig({ flags: { server: { port: 1234 } } }).config.server.port).toBe(1234);
  });
});
