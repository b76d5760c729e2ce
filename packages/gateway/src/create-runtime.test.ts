import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { reveal } from '@claudette/credentials';
import type { Observation } from '@claudette/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { target } from './__fixtures__/make-call.js';
import { inMemory } from './__fixtures__/start-bench.js';
import { createTemporaryFolder } from './__fixtures__/temporary-folder.js';
import type { TemporaryFolder } from './__fixtures__/temporary-folder.js';
import { checkConfig } from './config/check-config.js';
import { createRuntime } from './create-runtime.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

const logging = { level: 'silent' };
const noted: Observation = { kind: 'auth-failed', reason: 'missing' };

describe('the runtime', () => {
  it("keeps its files in the user's data directory", async () => {
    const runtime = await createRuntime(checkConfig({ logging }, 'the test'), {
      environment: { XDG_DATA_HOME: folder.path, LOCALAPPDATA: folder.path },
    });
    await runtime.close();
    const there = ['ledger.db', 'cache.db'].map((name) => existsSync(join(folder.path, 'claudette', name)));
    expect(there).toEqual([true, true]);
  });

  it('lets go of the ledger when the cache cannot be opened', async () => {
    const blocked = folder.write('file', 'in the way');
    const ledger = join(folder.path, 'l.db');
    const config = checkConfig(
      { logging, ledger: { url: `sqlite:${ledger}` }, cache: { store: `sqlite:${blocked}/c.db` } },
      'the test',
    );
    await expect(createRuntime(config, { environment: {} })).rejects.toMatchObject({ code: 'configuration_invalid' });
    expect([existsSync(ledger), existsSync(`${ledger}-wal`)]).toEqual([true, false]);
  });

  it('says which store of the cache cannot be opened, without the credentials of its URL', async () => {
    const store = 'redis://me:hunter2@127.0.0.1:1';
    const config = checkConfig({ ...inMemory, cache: { store } }, 'the test');
    await expect(createRuntime(config, { environment: {} })).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringMatching(/^(?!.*(me:|hunter2)).*redis:\/\/127\.0\.0\.1:1 cannot be opened: .*ECONNREFUSED/),
    });
  });

  it('tells every part what happens, although one of them fails', async () => {
    const heard: string[] = [];
    const runtime = await createRuntime(checkConfig(inMemory, 'the test'), {
      environment: {},
      observe({ kind }) {
        heard.push(kind);
        throw new Error('deaf');
      },
    });
    runtime.observe({ kind: 'circuit', target, state: 'open', reason: 'x' });
    runtime.observe(noted);
    expect(heard).toEqual(['circuit', 'auth-failed']);
    await runtime.close();
  });

  it('sends over the transport that it is given, and otherwise over its pool', async () => {
    const transport = { send: () => Promise.reject(new Error('none')) };
    const config = checkConfig(inMemory, 'the test');
    const given = await createRuntime(config, { environment: {}, transport });
    const own = await createRuntime(config, { environment: {} });
    const [overGiven, overOwn] = [await given.open(config), await own.open(config)];
    expect([overGiven.transport === transport, overOwn.transport === overOwn.pool]).toEqual([true, true]);
    await Promise.all([overGiven, overOwn].map((parts) => parts.release()));
    await Promise.all([given.close(), own.close()]);
  });

  it('takes credentials from the environment that it is given', async () => {
    const runtime = await createRuntime(checkConfig(inMemory, 'the test'), { environment: { KEY: 'secret-value' } });
    expect(reveal(await runtime.credentials.take('env:KEY'))).toBe('secret-value');
    await runtime.close();
  });
});
