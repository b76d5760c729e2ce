import type { Transport } from '@claudette/core';
import { createFakeClock, createFakeProvider } from '@claudette/testing';
import type { FakeClock, RawBehaviour } from '@claudette/testing';
import { createConnectionPool } from '@claudette/connection-pool';
import { providers } from '@claudette/providers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { checkConfig } from './config/check-config.js';
import { findBackends } from './find-backends.js';
import type { FindBackendsOptions } from './find-backends.js';
import { systemClock } from './system-clock.js';

const nobody: Transport = { send: () => Promise.reject(new Error('nobody listens')) };

const find = ({ config = {}, ...rest }: { config?: object } & Partial<Omit<FindBackendsOptions, 'config'>> = {}) =>
  findBackends({
    environment: {},
    transport: nobody,
    clock: systemClock,
    ...rest,
    config: checkConfig(config, 'the test'),
  });

const named = async (options: Parameters<typeof find>[0]) =>
  Object.fromEntries((await find(options)).map(({ name, config }) => [name, config]));

describe('stored credentials', () => {
  const stored = (...names: readonly string[]) => ({ storedNames: () => Promise.resolve(names) });

  it.each([['anthropic'], ['ANTHROPIC_API_KEY']])(
    'make a backend of a vendor they are named after: %s',
    async (name) => {
      expect(await named({ credentials: stored(name, 'other') })).toEqual({
        anthropic: expect.objectContaining({ provider: 'anthropic', apiKey: `credential:${name}` }),
      });
    },
  );

  it('come after the environment', async () => {
    const environment = { ANTHROPIC_API_KEY: 'k' };
    expect(await named({ environment, credentials: stored('anthropic') })).toMatchObject({
      anthropic: { apiKey: 'env:ANTHROPIC_API_KEY' },
    });
  });

  it('are alone where credentials.sources leaves the environment out', async () => {
    const environment = { OPENAI_API_KEY: 'k' };
    const config = { credentials: { sources: ['file'] } };
    expect(Object.keys(await named({ config, environment, credentials: stored('anthropic') }))).toEqual(['anthropic']);
  });

  it('are not looked at where backends are configured', async () => {
    const config = { backends: { mine: { provider: 'openai', models: ['m'], apiKey: 'credential:mine' } } };
    const storedNames = () => Promise.reject(new Error('looked at'));
    expect(Object.keys(await named({ config, credentials: { storedNames } }))).toEqual(['mine']);
  });
});

describe('configured backends', () => {
  it('are all that there is', async () => {
    const config = { backends: { mine: { provider: 'openai', models: ['m'] } } };
    const environment = { ANTHROPIC_API_KEY: 'k' };
    expect(Object.keys(await named({ config, environment }))).toEqual(['mine']);
  });

  it('have one target for each model', async () => {
    const config = { backends: { mine: { provider: 'anthropic', models: ['m', 'n'] } } };
    expect((await find({ config }))[0]).toMatchObject({
      baseUrl: 'https://api.anthropic.com',
      targets: [
        { backend: 'mine', model: 'm', provider: 'anthropic', dialect: 'anthropic-messages' },
        { backend: 'mine', model: 'n', provider: 'anthropic', dialect: 'anthropic-messages' },
      ],
    });
  });

  it('may have an address and a dialect of their own', async () => {
    const mine = { provider: 'openai-compatible', baseUrl: 'http://lab', dialect: 'anthropic-messages', models: ['m'] };
    expect((await find({ config: { backends: { mine } } }))[0]).toMatchObject({
      baseUrl: 'http://lab',
      targets: [{ dialect: 'anthropic-messages' }],
    });
  });

  it('speak all that their provider does', async () => {
    const config = { backends: { mine: { provider: 'openai', models: ['m'] } } };
    expect((await find({ config }))[0]?.targets).toEqual([
      {
        ...{ backend: 'mine', model: 'm', provider: 'openai', dialect: 'openai-chat' },
        alsoSpeaks: ['openai-responses'],
      },
    ]);
  });

  it('speak only what the configuration says, if it says so', async () => {
    const config = { backends: { mine: { provider: 'openai', models: ['m'], dialect: 'openai-responses' } } };
    expect((await find({ config }))[0]?.targets).toEqual([
      { backend: 'mine', model: 'm', provider: 'openai', dialect: 'openai-responses' },
    ]);
  });

  it('are left out when they are switched off', async () => {
    const off = { provider: 'openai', models: ['m'], enabled: false };
    expect(await find({ config: { backends: { off } }, environment: { OPENAI_API_KEY: 'k' } })).toEqual([]);
  });
});

describe('without configured backends', () => {
  it.each([
    ['ANTHROPIC_API_KEY', 'anthropic'],
    ['OPENAI_API_KEY', 'openai'],
    ['QWEN_API_KEY', 'qwen'],
    ['DASHSCOPE_API_KEY', 'qwen'],
  ])('%s makes the backend %s', async (name, backend) => {
    expect(await named({ environment: { [name]: 'k' } })).toMatchObject({ [backend]: { apiKey: `env:${name}` } });
  });

  it.each(providers.filter(({ auth }) => auth.environment.length > 0))(
    'the key of $id makes a backend, or nothing where the key alone is not enough',
    async ({ id, baseUrl, defaultModels, auth: { environment } }) => {
      const known = baseUrl !== null && defaultModels.length > 0;
      expect(Object.keys(await named({ environment: { [environment[0] ?? '']: 'k' } }))).toEqual([known ? id : 'demo']);
    },
  );

  it('an empty variable makes none', async () => {
    expect(Object.keys(await named({ environment: { OPENAI_API_KEY: '' } }))).toEqual(['demo']);
  });

  it('several keys make several backends, beside the custom ones', async () => {
    const environment = {
      ANTHROPIC_API_KEY: 'k',
      OPENAI_API_KEY: 'k',
      CUSTOM_BACKEND_1_API_URL: 'http://127.0.0.1:8000/v1',
      CUSTOM_BACKEND_1_MODEL: 'm',
    };
    expect(Object.keys(await named({ environment }))).toEqual(['custom-1', 'anthropic', 'openai']);
  });

  it('custom ones join those of the configuration, which wins where the names are the same', async () => {
    const environment = {
      CUSTOM_BACKEND_1_API_URL: 'http://127.0.0.1:8000/v1',
      CUSTOM_BACKEND_1_MODEL: 'm',
      CUSTOM_BACKEND_2_API_URL: 'http://127.0.0.1:8001/v1',
      CUSTOM_BACKEND_2_MODEL: 'm',
    };
    const backends = {
      mine: { provider: 'demo', models: ['demo-1'] },
      'custom-2': { provider: 'demo', models: ['demo-2'] },
    };
    const found = await find({ environment, config: { backends } });
    expect(found.map(({ name, config }) => [name, config.models])).toEqual([
      ['custom-1', ['m']],
      ['custom-2', ['demo-2']],
      ['mine', ['demo-1']],
    ]);
  });

  it('a custom address that is none is refused', async () => {
    const environment = { CUSTOM_BACKEND_1_API_URL: 'localhost', CUSTOM_BACKEND_1_MODEL: 'm' };
    await expect(find({ environment })).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringContaining('the environment: backends.custom-1.baseUrl is "localhost"'),
    });
  });

  it('an alias with the name of a found backend is refused', async () => {
    const config = { aliases: { openai: ['gpt-5.5'] } };
    await expect(find({ config, environment: { OPENAI_API_KEY: 'k' } })).rejects.toMatchObject({
      detail: 'the environment: aliases.openai has the name of a backend; choose another',
    });
  });

  it('the demo is there when nothing else is', async () => {
    expect(await find()).toMatchObject([{ name: 'demo', baseUrl: 'demo://claudette', targets: [{ model: 'demo-1' }] }]);
  });
});

describe('a model server on this machine', () => {
  let clock: FakeClock;
  let pool: ReturnType<typeof createConnectionPool>;
  let ollama: Awaited<ReturnType<typeof createFakeProvider>>;
  let transport: Transport;

  beforeEach(async () => {
    clock = createFakeClock();
    ollama = await createFakeProvider();
    pool = createConnectionPool({
      clock: systemClock,
      connectionsPerOrigin: 4,
      idleTimeoutMs: 1_000,
      queueTimeoutMs: 1_000,
      warmConnections: 0,
    });
    // The usual port may be taken on the machine that runs the test; another one stands for it.
    transport = {
      send: (request) => pool.send({ ...request, url: request.url.replace('http://127.0.0.1:11434', ollama.url) }),
    };
  });
  afterEach(async () => {
    await pool.destroy();
    await ollama.close();
  });

  const answers = (body: unknown, rest: Partial<RawBehaviour> = {}): void =>
    ollama.behave(() => ({ kind: 'raw', contentType: 'application/json', chunks: [JSON.stringify(body)], ...rest }));

  it('is found with its models', async () => {
    answers({ models: [{ name: 'llama3.2:latest' }, { name: 'qwen3' }] });
    expect(await find({ transport, clock })).toMatchObject([
      { name: 'ollama', baseUrl: 'http://127.0.0.1:11434', config: { models: ['llama3.2:latest', 'qwen3'] } },
    ]);
    expect(ollama.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /api/tags']);
    expect(clock.pending).toBe(0);
  });

  it('is found beside backends with keys', async () => {
    answers({ models: [{ name: 'qwen3' }] });
    expect(Object.keys(await named({ transport, environment: { OPENAI_API_KEY: 'k' } }))).toEqual(['openai', 'ollama']);
  });

  it.each([
    ['has no models', { models: [] }],
    ['answers something else', { tags: 'none' }],
    ['lists what has no name', { models: [null, {}, { name: 7 }] }],
  ])('is not a backend when it %s', async (_name, body) => {
    answers(body);
    expect(Object.keys(await named({ transport }))).toEqual(['demo']);
  });

  it('is not a backend when it refuses', async () => {
    answers({ models: [{ name: 'qwen3' }] }, { status: 404 });
    expect(Object.keys(await named({ transport }))).toEqual(['demo']);
  });

  it('is not a backend when it is something else altogether', async () => {
    ollama.behave(() => ({ kind: 'raw', chunks: ['<html>'] }));
    expect(Object.keys(await named({ transport }))).toEqual(['demo']);
  });

  it('is not waited for', async () => {
    ollama.behave(() => ({ kind: 'stall', afterEvents: 0 }));
    const found = named({ transport, clock });
    while (ollama.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advanceAsync(250);
    expect(Object.keys(await found)).toEqual(['demo']);
  });
});
