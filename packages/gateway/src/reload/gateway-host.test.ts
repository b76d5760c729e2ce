import { join } from 'node:path';

import { createFakeClock, eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { bodyOf, readAnswer } from '../__fixtures__/start-bench.js';
import { startHost } from '../__fixtures__/start-host.js';
import type { HostBench } from '../__fixtures__/start-host.js';
import { createGatewayHost } from './gateway-host.js';

let bench: HostBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});
const start = async (...options: Parameters<typeof startHost>): Promise<HostBench> =>
  (bench = await startHost(...options));

const deterministic = { temperature: 0 };

describe('a reload', () => {
  it('puts another gateway in the place of the one before', async () => {
    const { host, write, lab } = await start();
    const before = host.current();
    write({ backends: { lab: { ...lab, models: ['other'] } } });
    expect(await host.reload()).toEqual({ result: 'applied', changed: ['backends.lab.models'], restartNeeded: [] });
    expect(host.current()).not.toBe(before);
    expect(host.current().targets()).toMatchObject([{ backend: 'lab', model: 'other' }]);
  });

  it('leaves the last good configuration where the new one is wrong, and says what is', async () => {
    const { host, write, tell, folder } = await start();
    const before = host.current();
    write({ cache: { ttlSecond: 5 } });
    expect(await host.reload()).toMatchObject({
      result: 'refused',
      problems: [{ origin: `file ${join(folder.path, 'claudette.config.json')}`, path: 'cache.ttlSecond' }],
      reason: expect.stringContaining('did you mean ttlSeconds?'),
    });
    expect(host.current()).toBe(before);
    expect((await tell()).status).toBe(200);
  });

  it.each([
    ['half a file', '{"cache": {'],
    ['an empty file', ''],
    ['a list', '[]'],
    ['a backend of nobody', { backends: { lab: { provider: 'nobody', models: ['m'] } } }],
    ['a store that is not there', { cache: { store: 'redis://127.0.0.1:1' } }],
  ])('refuses %s', async (_, tree) => {
    const { host, write, tell } = await start();
    write(tree);
    expect((await host.reload()).result).toBe('refused');
    expect((await tell()).status).toBe(200);
  });

  it('refuses what could only be found out while it was built', async () => {
    const environment: Record<string, string> = {};
    const { host, tell } = await start({}, { environment });
    environment['CUSTOM_BACKEND_1_API_URL'] = 'http://127.0.0.1:1';
    expect(await host.reload()).toMatchObject({
      result: 'refused',
      reason: expect.stringContaining('CUSTOM_BACKEND_1_MODEL'),
    });
    expect((await tell()).status).toBe(200);
  });

  it('says what waits for a restart, and goes on saying it', async () => {
    const { host, write } = await start();
    write({ server: { port: 4000 }, routing: { strict: true } });
    expect(await host.reload()).toMatchObject({ changed: ['routing.strict'], restartNeeded: ['server.port'] });
    expect(await host.reload()).toMatchObject({ changed: [], restartNeeded: ['server.port'] });
    expect(host.current().config).toMatchObject({ server: { port: 3000 }, routing: { strict: true } });
    expect(host.current().status().configuration.restartNeeded).toEqual(['server.port']);
  });

  it('is one after the other, and reads once for all who wait', async () => {
    const { host, write, observations } = await start();
    const reports = [host.reload()];
    await Promise.resolve();
    write({ routing: { strict: true } });
    reports.push(host.reload(), host.reload(), host.reload());
    await Promise.all(reports);
    expect(host.current().config.routing.strict).toBe(true);
    expect(observations.filter(({ kind }) => kind === 'config-reload').length).toBeLessThanOrEqual(2);
  });

  it('is told, counted, and shown until the next one succeeds', async () => {
    const { host, write, observations } = await start();
    write('{');
    await host.reload();
    const { ready, parts } = await host.current().ready();
    expect(ready).toBe(true);
    expect(parts[1]).toEqual({ part: 'configuration', ok: false, reason: expect.stringContaining('refused') });
    expect(host.current().status().configuration).toMatchObject({
      reloads: { applied: 0, refused: 1 },
      refusal: { reason: expect.stringContaining('is not JSON') },
    });
    write({});
    await host.reload();
    expect((await host.current().ready()).parts[1]).toEqual({ part: 'configuration', ok: true });
    expect(host.current().status().configuration).toMatchObject({ reloads: { applied: 1, refused: 1 } });
    expect(host.current().status().configuration.refusal).toBeUndefined();
    expect(observations.filter(({ kind }) => kind === 'config-reload')).toMatchObject([
      { result: 'refused' },
      { result: 'applied', changed: [], restartNeeded: [] },
    ]);
    const { text } = await host.current().metricsText();
    expect(text).toContain('claudette_config_reloads_total{result="refused"} 1');
  });

  it('is refused while the gateway is shutting down', async () => {
    const { host } = await start();
    const drained = host.drain();
    expect(await host.reload()).toMatchObject({ result: 'refused', reason: expect.stringContaining('shutting down') });
    await drained;
  });
});

describe('what begins before a reload', () => {
  it('ends as it began', async () => {
    const { host, provider, write } = await start();
    provider.behave({ kind: 'slow-drip', everyMs: 5 });
    const gateway = host.current();
    const stream = await gateway.answer({
      dialect: 'openai-chat',
      operation: 'generate',
      body: bodyOf({ model: 'lab/m', stream: true }),
      headers: {},
      principal: gateway.localPrincipal,
      controller: new AbortController(),
    });
    write({ backends: { demo: { provider: 'demo', models: ['demo-1'] } }, pool: { connectionsPerOrigin: 7 } });
    expect((await host.reload()).result).toBe('applied');
    expect(host.current().status().openExchanges).toBe(1);
    expect((await readAnswer(stream)).text).toContain('[DONE]');
    await eventually(() => host.current().status().openExchanges === 0);
  });

  it('is ended by a drain as what came later is', async () => {
    const { host, provider, write } = await start({ server: { drainTimeoutMs: 30 } });
    provider.behave({ kind: 'stall', afterEvents: 3 });
    const gateway = host.current();
    const stream = await gateway.answer({
      dialect: 'openai-chat',
      operation: 'generate',
      body: bodyOf({ model: 'lab/m', stream: true }),
      headers: {},
      principal: gateway.localPrincipal,
      controller: new AbortController(),
    });
    write({ server: { drainTimeoutMs: 30 } });
    await host.reload();
    await host.drain();
    expect((await readAnswer(stream)).text).toContain('the answer was not finished within 30 ms');
  });
});

describe('what lives on', () => {
  it('are stored answers and counts', async () => {
    const { host, provider, write, tell } = await start();
    await tell(deterministic);
    write({ cache: { store: 'memory:', ttlSeconds: 60 } });
    await host.reload();
    expect((await tell(deterministic)).headers['x-claudette-cache']).toBe('hit');
    expect(provider.calls).toHaveLength(1);
    expect(await host.current().usage({ groupBy: 'none' })).toMatchObject([{ requests: 2 }]);
    expect(host.current().recentDecisions(host.current().localPrincipal, 5)).toHaveLength(2);
  });

  it('are connections', async () => {
    const { host, write, tell } = await start();
    await tell();
    write({ routing: { strict: true } });
    await host.reload();
    await tell();
    expect(host.current().status().pool).toMatchObject([{ requests: 2, reused: 1 }]);
  });

  it('are circuits, under their new limits', async () => {
    const { host, provider, write, tell } = await start({ resilience: { breaker: { volume: 100 } } });
    provider.behave({ kind: 'status', status: 500 });
    await tell();
    const { calls } = host.current().circuits.states()[0] ?? {};
    write({ resilience: { breaker: { volume: 1, failureRate: 0.1 } } });
    await host.reload();
    expect(host.current().circuits.states()).toMatchObject([{ state: 'closed', calls }]);
    await tell();
    expect(host.current().circuits.states()).toMatchObject([{ state: 'open' }]);
  });

  it('is what a backend was sent in the last minute, under new limits', async () => {
    const { host, write, lab, tell } = await start();
    const limited = (requestsPerMinute: number) => ({ backends: { lab: { ...lab, limits: { requestsPerMinute } } } });
    write(limited(5));
    await host.reload();
    await tell();
    write(limited(1));
    await host.reload();
    expect((await tell()).status).toBeGreaterThanOrEqual(400);
    expect(host.current().status().limits).toMatchObject([{ backend: 'lab', requests: 1 }]);
  });

  it('is the uptime', async () => {
    const clock = createFakeClock();
    const { host } = await start({}, { clock });
    clock.advance(60_000);
    await host.reload();
    expect(host.current().status().uptimeSeconds).toBe(60);
  });

  it('is not what was learned of a backend whose name stands for another one', async () => {
    const gone = 'http://127.0.0.1:1/v1';
    const { host, write, lab, tell } = await start();
    write({ backends: { lab: { ...lab, baseUrl: gone } }, resilience: { breaker: { volume: 1 } } });
    await host.reload();
    for (let asked = 0; asked < 8; asked += 1) await tell();
    expect((await host.current().ready()).ready).toBe(false);
    write({});
    await host.reload();
    expect((await tell()).status).toBe(200);
  });
});

describe('parts with settings of their own', () => {
  it('are opened anew when these change, and closed when nobody has them any more', async () => {
    const { host, write, tell, provider } = await start();
    await tell();
    expect(provider.openSockets()).toBe(1);
    write({ pool: { connectionsPerOrigin: 3 } });
    await host.reload();
    await eventually(() => provider.openSockets() === 0);
    expect(host.current().status().pool).toEqual([]);
    expect((await tell()).status).toBe(200);
  });

  it('may be switched off and on', async () => {
    const { host, write, tell } = await start();
    write({ cache: { enabled: false } });
    await host.reload();
    expect([host.current().cache, host.current().status().cache]).toEqual([undefined, null]);
    expect((await host.current().metricsText()).text).toContain('claudette_cache_entries 0');
    write({});
    await host.reload();
    await tell(deterministic);
    expect((await tell(deterministic)).headers['x-claudette-cache']).toBe('hit');
  });

  it('find again in a changed store what was in it', async () => {
    const { host, write, tell } = await start({ cache: { store: 'sqlite:' } });
    await tell(deterministic);
    await eventually(async () => (await host.current().cache?.count())?.secondTier === 1);
    write({ cache: { store: 'sqlite:', maxEntries: 50 } });
    await host.reload();
    expect((await tell(deterministic)).headers['x-claudette-cache']).toBe('hit');
  });

  it('are watched under new limits', async () => {
    const { host, write } = await start({ cache: { store: 'memory:', maxMemoryBytes: 1_000_000 } });
    write({ cache: { store: 'memory:', maxMemoryBytes: 2_000_000 }, memory: { warnRatio: 0.1 } });
    await host.reload();
    expect(host.current().status().memory.cacheBudgetBytes).toBe(2_000_000);
  });
});

describe('the description', () => {
  it('says every value in effect and where it comes from, without secrets', async () => {
    const { host, write, lab, folder } = await start();
    const url = 'http://me:hunter2@127.0.0.1:9/v1';
    write({ backends: { lab: { ...lab, baseUrl: url, headers: { 'x-key': 'hunter2' } } }, server: { port: 4000 } });
    await host.reload();
    const { values, files, restartNeeded } = host.describe();
    const file = join(folder.path, 'claudette.config.json');
    expect([files, restartNeeded]).toEqual([[file], ['server.port']]);
    expect(values).toContainEqual({ path: 'server.port', value: 3000, origin: 'default' });
    expect(values).toContainEqual({ path: 'ledger.url', value: 'memory:', origin: `file ${file}` });
    expect(JSON.stringify(values)).not.toContain('hunter2');
  });
});

describe('a file', () => {
  it('that changes is read by itself', async () => {
    const { host, write } = await start();
    host.start();
    write({ routing: { strict: true } });
    await eventually(() => host.current().config.routing.strict);
  });

  it('that is written as it was changes nothing', async () => {
    const clock = createFakeClock();
    const { host, write, observations } = await start({}, { clock });
    host.start();
    const { pending } = clock;
    write({});
    await eventually(() => clock.pending > pending);
    await clock.advanceAsync(100);
    expect(observations.filter(({ kind }) => kind === 'config-reload')).toEqual([]);
  });

  it('that went away for a moment leaves everything as it is', async () => {
    const { host, write, folder, tell } = await start();
    host.start();
    folder.remove();
    expect((await tell()).status).toBe(200);
    expect(host.current().status().configuration.refusal).toBeUndefined();
    expect(write).toThrow();
  });
});

describe('a host', () => {
  it('cannot begin with a configuration that is wrong', async () => {
    const source = { flags: { sever: {} }, environment: {}, workingDirectory: '/' };
    await expect(createGatewayHost(source, { environment: {} })).rejects.toThrow('did you mean server?');
  });

  it('lets go of everything when its first gateway cannot be built', async () => {
    const environment = { CUSTOM_BACKEND_1_API_URL: 'http://127.0.0.1:1' };
    const flags = { ledger: { url: 'memory:' }, cache: { store: 'memory:' } };
    const clock = createFakeClock();
    await expect(
      createGatewayHost({ flags, environment: {}, workingDirectory: '/' }, { environment, clock }),
    ).rejects.toThrow('CUSTOM_BACKEND_1_MODEL');
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind, however often its configuration changed', async () => {
    const clock = createFakeClock();
    const one = await startHost({}, { clock });
    one.host.start();
    for (let round = 0; round < 5; round += 1) {
      one.write({ routing: { healthIntervalMs: 1000 + round }, memory: { warnRatio: 0.1 + round / 100 } });
      await one.host.reload();
    }
    await one.host.drain();
    await one.close();
    expect(clock.pending).toBe(0);
  });
});
