import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { dialectIds } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { inMemory, readAnswer, startBench } from './__fixtures__/start-bench.js';
import type { Bench } from './__fixtures__/start-bench.js';
import { createTemporaryFolder } from './__fixtures__/temporary-folder.js';
import { checkConfig } from './config/check-config.js';
import { createGateway } from './create-gateway.js';

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});
const start = async (...options: Parameters<typeof startBench>): Promise<Bench> =>
  (bench = await startBench(...options));

describe('a gateway', () => {
  it('lists its models in every dialect', async () => {
    const { gateway } = await start({ aliases: { any: ['gpt-fake'] } });
    const ids = ['auto', 'any', 'gpt-fake', 'first/gpt-fake', 'claude-fake', 'second/claude-fake'];
    expect(gateway.models().map(({ id }) => id)).toEqual(ids);
    for (const dialect of dialectIds) {
      const list = Buffer.from(gateway.encodeModels(dialect)).toString();
      for (const id of ids) expect(list).toContain(id);
      expect(Buffer.from(gateway.encodeModel(dialect, 'first/gpt-fake') ?? '').toString()).toContain('first/gpt-fake');
      expect(gateway.encodeModel(dialect, 'unknown')).toBeUndefined();
    }
  });

  it('lists its models page by page where the dialect has pages', async () => {
    const { gateway } = await start();
    const page = JSON.parse(Buffer.from(gateway.encodeModels('anthropic-messages', { limit: '2' })).toString());
    expect(page).toMatchObject({ has_more: true, data: [{ id: 'auto' }, { id: 'gpt-fake' }] });
    expect(() => gateway.encodeModels('anthropic-messages', { limit: 'x' })).toThrow(
      expect.objectContaining({ code: 'invalid_request', detail: expect.stringContaining('limit') }),
    );
  });

  it('is ready while one backend is, and says which is not', async () => {
    const { gateway, first } = await start();
    await first.close();
    const { ready, parts } = await gateway.ready();
    expect(ready).toBe(true);
    expect(parts).toEqual([
      { part: 'gateway', ok: true },
      { part: 'configuration', ok: true },
      { part: 'backend first', ok: false, reason: expect.any(String) },
      { part: 'backend second', ok: true },
    ]);
  });

  it('opens connections ahead where the configuration says so', async () => {
    const { first, second } = await start({ pool: { warmConnections: 2 } });
    await eventually(() => first.openSockets() === 2 && second.openSockets() === 2);
    expect([first.calls, second.calls]).toEqual([[], []]);
  });

  it('is not ready without a backend', async () => {
    const { gateway, first, second } = await start();
    await Promise.all([first.close(), second.close()]);
    expect((await gateway.ready()).ready).toBe(false);
  });

  it('tells how it is', async () => {
    const { gateway, tell } = await start();
    await tell();
    expect(gateway.status()).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      uptimeSeconds: expect.any(Number),
      openExchanges: 0,
      draining: false,
      backends: [
        { name: 'first', provider: 'openai', models: ['gpt-fake'] },
        { name: 'second', provider: 'anthropic', models: ['claude-fake'] },
      ],
      circuits: [{ target: { backend: 'first' }, state: 'closed' }],
      pool: [{ requests: 1 }],
      cache: { entries: 0 },
    });
  });

  it('counts exchanges in the ledger and in the metrics', async () => {
    const { gateway, tell } = await start();
    await tell();
    await tell({ model: 'unknown' });
    expect(await gateway.usage({ groupBy: 'none' })).toMatchObject([{ requests: 2, failures: 1 }]);
    const { contentType, text } = await gateway.metricsText();
    expect(contentType).toContain('text/plain');
    expect(text).toMatch(/claudette_exchanges_total\{[^}]*\} 1/);
  });

  it('forgets stored answers when it is told to', async () => {
    const { gateway, tell } = await start();
    const cached = { fields: { temperature: 0 } };
    await tell(cached);
    expect(await gateway.cache?.count()).toMatchObject({ memory: 1 });
    expect(await gateway.cache?.clear()).toMatchObject({ before: { memory: 1 }, after: { memory: 0 } });
    expect((await tell(cached)).headers['x-claudette-cache']).toBe('miss');
  });

  it('knows its keys', async () => {
    const { gateway } = await start({ auth: { mode: 'keys' } });
    const { key, id } = gateway.keys.create({ name: 'Ada' });
    expect(gateway.authenticate({ 'x-api-key': key })).toMatchObject({ id, name: 'Ada' });
    expect(() => gateway.authenticate({})).toThrow('a gateway key is required');
  });
});

describe('draining', () => {
  it('refuses new requests, and is told by readiness', async () => {
    const { gateway, tell } = await start();
    await gateway.drain();
    expect((await tell()).status).toBe(503);
    expect(await gateway.ready()).toMatchObject({
      ready: false,
      parts: [{ part: 'gateway', ok: false, reason: 'it is shutting down' }, {}, {}, {}],
    });
  });

  it('lets an open stream end', async () => {
    const { gateway, first, answer } = await start();
    first.behave({ kind: 'slow-drip', everyMs: 5 });
    const stream = await answer({ stream: true });
    const drained = gateway.drain();
    expect((await readAnswer(stream)).text).toContain('[DONE]');
    await drained;
    expect(gateway.status().openExchanges).toBe(0);
  });

  it('ends a stream that takes too long with an error in its dialect', async () => {
    const { gateway, first, answer } = await start({ server: { drainTimeoutMs: 30 } });
    first.behave({ kind: 'stall', afterEvents: 3 });
    const stream = await answer({ stream: true });
    await gateway.drain();
    const { text } = await readAnswer(stream);
    expect(text).toContain('the answer was not finished within 30 ms');
    expect(text).not.toContain('[DONE]');
    await eventually(() => first.calls[0]?.aborted === true);
  });
});

describe('createGateway', () => {
  it('refuses a backend that cannot be, and lets go of what it opened', async () => {
    const folder = createTemporaryFolder();
    const ledger = join(folder.path, 'l.db');
    const config = checkConfig({ ...inMemory, ledger: { url: `sqlite:${ledger}` } }, 'the test');
    const environment = { CUSTOM_BACKEND_1_API_URL: 'http://127.0.0.1:1/v1' };
    await expect(createGateway(config, { environment })).rejects.toMatchObject({ code: 'configuration_invalid' });
    expect([existsSync(ledger), existsSync(`${ledger}-wal`)]).toEqual([true, false]);
    folder.remove();
  });

  it('needs nothing but a configuration', async () => {
    const backends = { demo: { provider: 'demo', models: ['demo-1'] } };
    const gateway = await createGateway(checkConfig({ ...inMemory, backends }, 'the test'));
    expect(gateway.backends.map(({ name }) => name)).toEqual(['demo']);
    await gateway.close();
  });
});
