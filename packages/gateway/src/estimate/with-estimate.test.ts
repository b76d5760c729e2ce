import { afterEach, describe, expect, it } from '@jest/globals';

import { startBench } from '../__fixtures__/start-bench.js';
import type { Bench, Told } from '../__fixtures__/start-bench.js';

let bench: Bench;
afterEach(() => bench.close());

const start = async (...options: Parameters<typeof startBench>): Promise<void> => {
  bench = await startBench(...options);
};
const count = (model: string, headers: Readonly<Record<string, string>> = {}): Promise<Told> => {
  const body = { model, messages: [{ role: 'user', content: 'one two' }] };
  return bench.tell({ dialect: 'anthropic-messages', operation: 'count', body, headers });
};
const tokensIn = ({ text }: Told): unknown => (JSON.parse(text) as { input_tokens?: unknown }).input_tokens;
const records = () =>
  bench.observations.flatMap((observation) => (observation.kind === 'exchange-end' ? [observation.record] : []));

describe('a count of tokens', () => {
  it('is what the backend says, in its own bytes', async () => {
    await start();
    const told = await count('claude-fake');
    expect(told).toMatchObject({ status: 200, headers: { 'x-claudette-backend': 'second' } });
    expect(told.headers).not.toHaveProperty('x-claudette-estimate');
    expect(tokensIn(told)).toBeGreaterThan(0);
    expect(bench.second.calls[0]).toMatchObject({ path: '/v1/messages/count_tokens', json: { model: 'claude-fake' } });
  });

  it('is asked of a backend that can count, whoever is preferred', async () => {
    await start();
    expect((await count('auto')).headers['x-claudette-backend']).toBe('second');
    expect(bench.first.count()).toBe(0);
  });

  it('uses nothing, and is on record', async () => {
    await start();
    const { headers } = await count('claude-fake');
    expect(headers).not.toHaveProperty('x-claudette-cost');
    expect(records()).toMatchObject([
      {
        outcome: 'complete',
        stream: false,
        attempts: 1,
        usage: undefined,
        cost: undefined,
        target: { backend: 'second' },
      },
    ]);
    expect(await bench.gateway.usage({ groupBy: 'none' })).toMatchObject([
      { requests: 1, unknownCosts: 0, tokens: { inputTokens: 0 } },
    ]);
  });

  it('is asked in another dialect where it has to be', async () => {
    await start((first) => ({
      backends: { google: { provider: 'gemini', baseUrl: first.url, models: ['gemini-fake'] } },
    }));
    const told = await count('gemini-fake');
    expect(tokensIn(told)).toBeGreaterThan(0);
    expect(told.headers).not.toHaveProperty('x-claudette-estimate');
    expect(bench.first.calls[0]?.path).toBe('/v1beta/models/gemini-fake:countTokens');
  });
});

describe('an estimated count', () => {
  it('is given where no backend can count', async () => {
    await start();
    const told = await count('gpt-fake');
    expect(told).toMatchObject({
      status: 200,
      headers: {
        'x-claudette-estimate': 'true',
        'x-claudette-backend': 'claudette',
        'x-claudette-model': 'o200k_base',
        'x-claudette-attempts': '0',
      },
    });
    expect(tokensIn(told)).toBe(6);
    expect(bench.first.count()).toBe(0);
    expect(records()).toMatchObject([{ outcome: 'complete', attempts: 0, usage: undefined }]);
  });

  it.each([500, 503, 429, 404, 405])('is given where the backend answers with %d', async (status) => {
    await start({ routing: { maxAttempts: 1 } });
    bench.second.behave({ kind: 'status', status });
    const told = await count('claude-fake');
    expect([told.status, told.headers['x-claudette-estimate'], told.headers['x-claudette-attempts']]).toEqual([
      200,
      'true',
      '1',
    ]);
  });

  it('loads the tokenizer, once and not before', async () => {
    await start();
    const tokenizer = () => bench.gateway.status().lazyParts.find(({ name }) => name === 'tokenizer');
    await count('claude-fake');
    expect(tokenizer()).toMatchObject({ state: 'absent', loads: 0 });
    await Promise.all([count('gpt-fake'), count('gpt-fake')]);
    expect(tokenizer()).toMatchObject({ state: 'loaded', loads: 1, inUse: 0, failures: 0 });
  });

  it('is never stored', async () => {
    await start();
    for (let times = 0; times < 2; times += 1) {
      const { headers } = await count('gpt-fake', { 'x-claudette-cache': 'on' });
      expect([headers['x-claudette-estimate'], headers['x-claudette-cache']]).toEqual(['true', 'bypass']);
    }
    expect(await bench.gateway.cache?.count()).toMatchObject({ memory: 0 });
  });

  it.each([
    ['a model that nobody knows', 'unknown', {}, 404],
    ['a request for a stored answer only', 'claude-fake', { 'x-claudette-cache': 'only' }, 504],
  ])('is not given for %s', async (_, model, headers, status) => {
    await start();
    expect((await count(model, headers)).status).toBe(status);
  });

  it("is not given for a request that the backend finds wrong: that is the caller's to know", async () => {
    await start();
    bench.second.behave({ kind: 'status', status: 400, message: 'no such field' });
    const { status, text } = await count('claude-fake');
    expect([status, text.includes('no such field')]).toEqual([400, true]);
  });

  it('is not given once the time is up', async () => {
    await start({ server: { totalMs: 50 } });
    bench.second.behave({ kind: 'delay', delayMs: 60_000 });
    expect((await count('claude-fake')).status).toBe(504);
  });

  it('has nothing to do with answers', async () => {
    await start({ routing: { maxAttempts: 1 } });
    bench.second.behave({ kind: 'status', status: 500 });
    expect((await bench.tell({ dialect: 'anthropic-messages', model: 'claude-fake' })).status).toBe(502);
  });
});
