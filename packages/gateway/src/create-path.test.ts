import type { ExchangeRecord } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { bodyOf, startBench } from './__fixtures__/start-bench.js';
import type { Bench } from './__fixtures__/start-bench.js';

let bench: Bench;
afterEach(() => bench.close());

const start = async (...options: Parameters<typeof startBench>): Promise<Bench> =>
  (bench = await startBench(...options));

const kindsSeen = (): string[] => bench.observations.map(({ kind }) => kind);
const records = (): ExchangeRecord[] =>
  bench.observations.flatMap((observation) => (observation.kind === 'exchange-end' ? [observation.record] : []));
const countBoth = (): number[] => [bench.first.count(), bench.second.count()];

describe('failover', () => {
  it('answers from the next backend when the first fails before its content', async () => {
    await start();
    bench.first.behave({ kind: 'status', status: 500 });
    const { status, headers, text } = await bench.tell();
    expect([status, headers['x-claudette-backend'], headers['x-claudette-attempts']]).toEqual([200, 'second', '2']);
    expect(text).toContain('Echo: one two');
    expect(countBoth()).toEqual([1, 1]);
    expect(kindsSeen()).toContain('failover');
    expect(records()).toMatchObject([{ outcome: 'complete', attempts: 2, target: { backend: 'second' } }]);
  });

  it('does without another backend when it is switched off', async () => {
    await start({ routing: { fallback: false, maxAttempts: 1 } });
    bench.first.behave({ kind: 'status', status: 500 });
    expect((await bench.tell()).status).toBe(502);
    expect(countBoth()).toEqual([1, 0]);
  });

  it('ends after the configured number of attempts', async () => {
    await start({ routing: { maxAttempts: 1 } });
    bench.first.behave({ kind: 'status', status: 500 });
    expect((await bench.tell()).status).toBe(502);
    expect(countBoth()).toEqual([1, 0]);
  });

  it("does not try again for a caller's fault", async () => {
    await start();
    bench.first.behave({ kind: 'status', status: 400, message: 'no such field' });
    const { status, text } = await bench.tell();
    expect([status, text.includes('no such field')]).toEqual([400, true]);
    expect(countBoth()).toEqual([1, 0]);
  });

  it('leaves a slow backend for the next one', async () => {
    await start();
    bench.first.behave({ kind: 'delay', delayMs: 60_000 });
    const { headers } = await bench.tell({ stream: true });
    expect(headers['x-claudette-backend']).toBe('second');
    await eventually(() => bench.first.calls[0]?.aborted === true);
  });

  it('never leaves a pinned backend, and waits as long as it asks', async () => {
    await start();
    bench.first.behave([{ kind: 'status', status: 429, retryAfter: '0' }]);
    const { status, headers } = await bench.tell({ headers: { 'x-claudette-backend': 'first' } });
    expect([status, headers['x-claudette-attempts']]).toEqual([200, '2']);
    expect(countBoth()).toEqual([2, 0]);
    expect(kindsSeen()).toContain('retry');
  });
});

describe('the circuit of a target', () => {
  it('opens after failures, and routing puts the target last', async () => {
    await start({ resilience: { breaker: { volume: 2, failureRate: 0.5, openMs: 60_000 } } });
    bench.first.behave({ kind: 'status', status: 500 });
    for (let i = 0; i < 2; i += 1) await bench.tell();
    await eventually(() => kindsSeen().includes('circuit'));
    expect(bench.gateway.status().circuits).toMatchObject([{ state: 'open' }, { state: 'closed' }]);

    bench.first.reset();
    bench.second.reset();
    const { headers } = await bench.tell();
    expect([headers['x-claudette-backend'], headers['x-claudette-attempts'], ...countBoth()]).toEqual([
      'second',
      '1',
      0,
      1,
    ]);
  });

  it('refuses at once when there is no other target', async () => {
    await start({
      resilience: { breaker: { volume: 1, failureRate: 0.5, openMs: 60_000 } },
      routing: { maxAttempts: 1 },
    });
    bench.first.behave({ kind: 'status', status: 500 });
    const pinned = { headers: { 'x-claudette-backend': 'first' } };
    await bench.tell(pinned);
    await eventually(() => kindsSeen().includes('circuit'));
    expect((await bench.tell(pinned)).status).toBe(503);
    expect(bench.first.count()).toBe(1);
  });
});

describe('the concurrency limit of a backend', () => {
  const limited = { backends: { first: { limits: { concurrency: 1 } } } };
  const pinned = { stream: true, headers: { 'x-claudette-backend': 'first' } };

  it('holds a request back until another has ended', async () => {
    await start(limited);
    bench.first.behave([{ kind: 'slow-drip', everyMs: 20 }]);
    const answers = await Promise.all([bench.tell(pinned), bench.tell({ ...pinned, fields: { user: 'other' } })]);
    const [one, two] = bench.first.calls;
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(two?.startedAt).toBeGreaterThanOrEqual(one?.finishedAt ?? Infinity);
  });

  it('refuses a request that waits too long', async () => {
    await start({ ...limited, pool: { queueTimeoutMs: 30 }, routing: { maxAttempts: 1 } });
    bench.first.behave([{ kind: 'stall', afterEvents: 3 }]);
    await bench.answer(pinned);
    const { status, text } = await bench.tell({ ...pinned, fields: { user: 'other' } });
    expect([status, text.includes('first/gpt-fake')]).toEqual([503, true]);
  });
});

describe('the cache', () => {
  const cached = { fields: { temperature: 0 } };

  /** How the cache took part in a request of this principal. */
  const tellAs = async (id: string): Promise<string | undefined> => {
    const { headers } = await bench.gateway.answer({
      dialect: 'openai-chat',
      operation: 'generate',
      body: bodyOf(cached),
      headers: {},
      principal: { id, name: id },
      controller: new AbortController(),
    });
    return headers['x-claudette-cache'];
  };

  it('answers a repeat without asking anybody', async () => {
    await start();
    await bench.tell(cached);
    const { headers, text } = await bench.tell(cached);
    expect([headers['x-claudette-cache'], headers['x-claudette-cost'], headers['age']]).toEqual(['hit', '0', '0']);
    expect(text).toContain('Echo: one two');
    expect(bench.first.count()).toBe(1);
    expect(records().map(({ cache, attempts }) => [cache, attempts])).toEqual([
      ['miss', 1],
      ['hit', 0],
    ]);
  });

  it('keeps to one principal', async () => {
    await start();
    expect([await tellAs('a'), await tellAs('a'), await tellAs('b')]).toEqual(['miss', 'hit', 'miss']);
  });

  it('is shared by all where the configuration says so', async () => {
    await start({ cache: { store: 'memory:', scope: 'shared' } });
    expect([await tellAs('a'), await tellAs('b')]).toEqual(['miss', 'hit']);
  });

  it('does nothing when it is switched off', async () => {
    await start({ cache: { enabled: false } });
    await bench.tell(cached);
    expect((await bench.tell(cached)).headers['x-claudette-cache']).toBe('bypass');
    expect([bench.first.count(), bench.gateway.status().cache, bench.gateway.cache]).toEqual([2, null, undefined]);
  });
});

describe('strict mode', () => {
  it('asks a target that can carry the whole request', async () => {
    await start({ routing: { strict: true, strategy: 'priority' }, aliases: { any: ['claude-fake', 'gpt-fake'] } });
    const { headers, status } = await bench.tell({ model: 'any', fields: { logit_bias: { 1: 1 } } });
    expect([status, headers['x-claudette-backend']]).toEqual([200, 'first']);
    expect(bench.second.count()).toBe(0);
  });

  it('refuses what no target can carry, with the place', async () => {
    await start({ routing: { strict: true } });
    const { status, text } = await bench.tell({ model: 'claude-fake', fields: { logit_bias: { 1: 1 } } });
    expect([status, text.includes('second/claude-fake: logit_bias')]).toEqual([400, true]);
  });
});

describe('what a translation loses', () => {
  it('of a request is on record and in the header', async () => {
    await start();
    const { headers } = await bench.tell({ model: 'claude-fake', fields: { logit_bias: { 1: 1 } } });
    expect(headers['x-claudette-loss']).toMatch(/^logit_bias: /);
    expect(records()).toMatchObject([{ losses: [{ path: 'logit_bias' }] }]);
  });

  const logprobs = { model: 'gpt-fake', dialect: 'anthropic-messages' } as const;
  /** An answer that only openai-chat can carry. */
  const behave = (stream: boolean): void => {
    const content = { content: [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }] };
    const choice = { index: 0, logprobs: content, finish_reason: 'stop' };
    const message = { role: 'assistant', content: 'a' };
    const body = stream ? { choices: [{ ...choice, delta: message }] } : { choices: [{ ...choice, message }] };
    const json = JSON.stringify({ id: 'c', ...body });
    bench.first.behave(
      stream
        ? { kind: 'raw', chunks: [`data: ${json}\n\n`, 'data: [DONE]\n\n'] }
        : { kind: 'raw', contentType: 'application/json', chunks: [json] },
    );
  };

  it.each([false, true])('of an answer is on record (stream: %s)', async (stream) => {
    await start();
    behave(stream);
    await bench.tell({ ...logprobs, stream });
    expect(records()).toMatchObject([{ outcome: 'complete', losses: [{ path: expect.stringContaining('logprobs') }] }]);
  });

  it('of a stream ends it for a strict client, with a typed error and no end', async () => {
    await start();
    behave(true);
    const { status, text } = await bench.tell({ ...logprobs, stream: true, headers: { 'x-claudette-strict': 'true' } });
    expect([status, text.match(/event: error/g)?.length, text.includes('logprobs')]).toEqual([200, 1, true]);
    expect(text).not.toContain('message_stop');
    expect(records()).toMatchObject([{ outcome: 'failed', errorCode: 'translation_refused' }]);
  });

  it('of a whole answer is refused to a strict client', async () => {
    await start();
    behave(false);
    const { status, text } = await bench.tell({ ...logprobs, headers: { 'x-claudette-strict': 'true' } });
    expect([status, text.includes('logprobs')]).toEqual([400, true]);
    expect(records()).toMatchObject([{ outcome: 'failed', errorCode: 'translation_refused', target: {} }]);
  });
});

describe('a request that is impossible', () => {
  it('for every candidate is refused with the reasons of each', async () => {
    await start({ aliases: { any: ['gpt-fake', 'claude-fake'] } });
    const fields = { previous_response_id: 'resp_1' };
    const { status, text } = await bench.tell({
      dialect: 'openai-responses',
      model: 'any',
      fields,
      headers: { 'x-claudette-backend': 'second' },
    });
    expect([status, text]).toEqual([400, expect.stringContaining('second/claude-fake: previous_response_id')]);
    expect(records()).toMatchObject([{ errorCode: 'translation_refused', attempts: 0 }]);
  });

  it('for some goes to the others', async () => {
    await start({ routing: { strategy: 'priority' }, aliases: { any: ['claude-fake', 'gpt-fake'] } });
    bench.first.behave({ kind: 'status', status: 400, message: 'asked' });
    const fields = { previous_response_id: 'resp_1' };
    const { text } = await bench.tell({ dialect: 'openai-responses', model: 'any', fields });
    expect(text).toContain('asked');
    expect(bench.first.calls[0]?.json).toMatchObject({ previous_response_id: 'resp_1' });
  });
});

describe('a client whose dialect the backend speaks besides its own', () => {
  it('reaches it in its own bytes, and gets them back', async () => {
    await start();
    const { status, text } = await bench.tell({
      dialect: 'openai-responses',
      model: 'gpt-fake',
      fields: { own: { big: 2 ** 53 } },
    });
    expect(status).toBe(200);
    expect(bench.first.calls[0]).toMatchObject({ path: '/v1/responses', json: { own: { big: 2 ** 53 } } });
    expect(JSON.parse(text)).toMatchObject({ object: 'response', status: 'completed' });
  });

  it('is translated where the configuration pins another', async () => {
    await start({ backends: { first: { dialect: 'openai-chat' } } });
    await bench.tell({ dialect: 'openai-responses', model: 'gpt-fake' });
    expect(bench.first.calls[0]?.path).toBe('/v1/chat/completions');
  });
});

describe('vectors', () => {
  const body = { model: 'gpt-fake', input: ['one', 'two'] };

  it("are the provider's own bytes for a client of its dialect, on record with what they used", async () => {
    await start();
    const { status, text, headers } = await bench.tell({
      operation: 'embed',
      body: { ...body, encoding_format: 'base64' },
    });
    expect([status, headers['x-claudette-backend']]).toEqual([200, 'first']);
    expect(JSON.parse(text)).toMatchObject({ data: [{ embedding: expect.any(String) }, {}] });
    expect(records()).toMatchObject([
      { outcome: 'complete', stream: false, usage: { outputTokens: 0, source: 'measured' } },
    ]);
    expect(records()[0]?.usage?.inputTokens).toBeGreaterThan(0);
  });

  it('are written as the client asked where another dialect made them', async () => {
    await start((first) => ({
      backends: { google: { provider: 'gemini', baseUrl: first.url, models: ['gemini-fake'] } },
    }));
    const floats = await bench.tell({ operation: 'embed', body: { ...body, model: 'gemini-fake' } });
    const texts = await bench.tell({
      operation: 'embed',
      body: { ...body, model: 'gemini-fake', encoding_format: 'base64' },
    });
    const vector = (JSON.parse(floats.text) as { data: { embedding: number[] }[] }).data[0]?.embedding ?? [];
    const packed = (JSON.parse(texts.text) as { data: { embedding: string }[] }).data[0]?.embedding ?? '';
    expect(packed).toBe(Buffer.from(Float32Array.from(vector).buffer).toString('base64'));
  });

  it('are stored apart from everything else', async () => {
    await start();
    const headers = { 'x-claudette-cache': 'on' };
    const asked = { operation: 'embed', body, headers } as const;
    expect((await bench.tell(asked)).headers['x-claudette-cache']).toBe('miss');
    expect((await bench.tell(asked)).headers['x-claudette-cache']).toBe('hit');
    const packed = { ...asked, body: { ...body, encoding_format: 'base64' } };
    expect((await bench.tell(packed)).headers['x-claudette-cache']).toBe('miss');
  });

  it('are refused with the reasons of each where no backend can make them', async () => {
    await start();
    const { status, text } = await bench.tell({ operation: 'embed', body: { ...body, model: 'claude-fake' } });
    expect([status, text]).toEqual([
      400,
      expect.stringContaining('second/claude-fake: a backend that speaks anthropic-messages cannot make vectors'),
    ]);
  });
});

describe('a Gemini client that streams without asking for events', () => {
  const asked = { dialect: 'gemini', stream: true, framing: 'json-array' } as const;
  const parts = (text: string): string =>
    (JSON.parse(text) as { candidates?: { content?: { parts?: { text?: string }[] } }[] }[])
      .flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
      .map((part) => part.text ?? '')
      .join('');

  it.each(['gpt-fake', 'claude-fake', 'gemini-fake'])('gets one JSON array of %s', async (model) => {
    await start((first) => ({
      backends: { google: { provider: 'gemini', baseUrl: first.url, models: ['gemini-fake'] } },
    }));
    const { headers, kind, text } = await bench.tell({ ...asked, model });
    expect([kind, headers['content-type']]).toEqual(['stream', 'application/json; charset=utf-8']);
    expect(parts(text)).toBe('Echo: one two');
  });

  it('gets an array without an end, and the error, when the stream breaks', async () => {
    await start();
    bench.first.behave({ kind: 'reset', afterEvents: 4 });
    const { text } = await bench.tell({ ...asked, model: 'gpt-fake' });
    expect(text).toContain('"error":');
    expect(() => JSON.parse(text) as unknown).toThrow();
  });
});

describe('time', () => {
  it('ends with the budget of the exchange', async () => {
    await start({ server: { totalMs: 1_000 } });
    for (const provider of [bench.first, bench.second]) provider.behave({ kind: 'delay', delayMs: 60_000 });
    const { status, text } = await bench.tell();
    expect([status, text.includes('No answer within 1000 ms')]).toEqual([504, true]);
  });

  it('is shared among the backends that could answer', async () => {
    await start({ server: { totalMs: 1_000 } });
    bench.first.behave({ kind: 'delay', delayMs: 60_000 });
    const { status, headers } = await bench.tell();
    expect([status, headers['x-claudette-backend']]).toEqual([200, 'second']);
  });
});

it('orders backends of one priority by price', async () => {
  const dear = { provider: 'qwen', models: ['qwen-max'] };
  const free = { provider: 'ollama', models: ['llama'], priority: 1 };
  await start({ backends: { first: dear, second: free } }, { random: () => 0.5 });
  expect((await bench.tell({ model: 'auto:cheap' })).headers['x-claudette-backend']).toBe('second');
});
