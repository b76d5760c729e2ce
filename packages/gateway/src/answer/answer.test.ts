import type { DialectId } from '@claudette/core';
import { dialectIds, GatewayError } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { fakeKey, startBench } from '../__fixtures__/start-bench.js';
import type { Bench } from '../__fixtures__/start-bench.js';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench((first, second) => ({
    // The tests break more streams than a circuit bears.
    resilience: { breaker: { volume: 10_000 } },
    backends: {
      demo: { provider: 'demo', models: ['demo-1'] },
      third: { provider: 'openai', dialect: 'openai-responses', baseUrl: `${first.url}/v1`, models: ['o-fake'] },
      fourth: { provider: 'gemini', baseUrl: second.url, models: ['gemini-fake'] },
    },
  }));
});
afterEach(() => {
  bench.first.reset();
  bench.second.reset();
  bench.observations.length = 0;
});
afterAll(() => bench.close());

const models: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'first/gpt-fake',
  'openai-responses': 'third/o-fake',
  'anthropic-messages': 'second/claude-fake',
  gemini: 'fourth/gemini-fake',
};
const errorIn: Readonly<Record<DialectId, RegExp>> = {
  'openai-chat': /"error":\{/g,
  'openai-responses': /"type":"error"/g,
  'anthropic-messages': /"type":"error"/g,
  gemini: /"error":\{/g,
};
const pairs = dialectIds.flatMap((dialect) => dialectIds.map((backend) => [dialect, backend] as const));
const recordsOf = () =>
  bench.observations.flatMap((observation) => (observation.kind === 'exchange-end' ? [observation.record] : []));

describe('an error of a backend', () => {
  it.each(dialectIds)('is told without the keys that it repeats: %s', async (dialect) => {
    const behaviour = { kind: 'status', status: 400, message: `not with ${fakeKey}` } as const;
    for (const provider of [bench.first, bench.second]) provider.behave(behaviour);
    for (const stream of [false, true]) {
      const { status, text } = await bench.tell({ dialect, model: models[dialect], stream });
      expect(status).toBe(400);
      expect(text).toContain('not with ***');
    }
  });

  it('is told without them in the middle of a stream, too', async () => {
    const content = { choices: [{ index: 0, delta: { content: 'Hi' } }] };
    const chunks = [content, { error: { message: `not with ${fakeKey}` } }].map(
      (event) => `data: ${JSON.stringify(event)}\n\n`,
    );
    bench.first.behave({ kind: 'raw', chunks, everyMs: 20 });
    const { text } = await bench.tell({ model: models['openai-chat'], stream: true });
    expect(text).toContain('Hi');
    expect(text).toContain('not with ***');
  });
});

describe('a whole answer', () => {
  it("is the provider's own bytes for a client of its dialect", async () => {
    const { status, headers, kind, text } = await bench.tell({ model: models['openai-chat'] });
    expect([status, kind, headers['content-type'], headers['x-claudette-backend']]).toEqual([
      200,
      'whole',
      'application/json',
      'first',
    ]);
    expect(text).toContain('"system_fingerprint":"fp_fake000001"');
  });

  it('is translated for a client of another dialect', async () => {
    const { text, status } = await bench.tell({ model: models['anthropic-messages'] });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'Echo: one two' }, finish_reason: 'stop' }],
    });
  });

  it.each(pairs)('is told to a %s client of a %s backend', async (dialect, backend) => {
    const { status, text } = await bench.tell({ dialect, model: models[backend] });
    expect([status, text.includes('Echo: one two')]).toEqual([200, true]);
    expect(recordsOf()).toMatchObject([{ outcome: 'complete', usage: { source: 'measured' }, losses: [] }]);
  });

  it('is made of a stream where the backend streams unasked', async () => {
    const frame = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    bench.first.behave({ kind: 'raw', chunks: [frame({ content: 'streamed' }, null), frame({}, 'stop')] });
    const { text, kind } = await bench.tell({ model: models['openai-chat'] });
    expect([kind, text.includes('"content":"streamed"')]).toEqual(['whole', true]);
  });

  it('tells what the request lost', async () => {
    const { headers } = await bench.tell({ model: models['anthropic-messages'], fields: { logit_bias: { 1: 1 } } });
    expect(headers['x-claudette-loss']).toMatch(/^logit_bias: /);
  });
});

describe('the cost', () => {
  it('is told on whole answers where the price is known', async () => {
    expect((await bench.tell({ model: 'demo-1' })).headers['x-claudette-cost']).toBe('0');
  });

  it('is not told in front of a stream, whose cost is not known yet', async () => {
    const { headers } = await bench.tell({ model: 'demo-1', stream: true });
    expect(headers).not.toHaveProperty('x-claudette-cost');
  });

  it('is not told where the price is unknown', async () => {
    expect((await bench.tell({ model: models['openai-chat'] })).headers).not.toHaveProperty('x-claudette-cost');
  });
});

describe('a stream', () => {
  it("is the provider's own bytes, without the usage that the client did not ask for", async () => {
    const { kind, headers, text } = await bench.tell({ model: models['openai-chat'], stream: true });
    expect([kind, headers['content-type'], headers['cache-control']]).toEqual([
      'stream',
      'text/event-stream; charset=utf-8',
      'no-cache',
    ]);
    expect(text).not.toContain('prompt_tokens');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(recordsOf()).toMatchObject([{ outcome: 'complete', usage: { source: 'measured' } }]);
  });

  it('ends with the usage where the client asked for it', async () => {
    const { text } = await bench.tell({
      model: models['openai-chat'],
      stream: true,
      fields: { stream_options: { include_usage: true } },
    });
    expect(text).toContain('"prompt_tokens":12');
  });

  it('is translated for a client of another dialect', async () => {
    const asked = { dialect: 'anthropic-messages', model: models['openai-chat'], stream: true } as const;
    const { text } = await bench.tell(asked);
    expect(text.trimEnd().endsWith('data: {"type":"message_stop"}')).toBe(true);
  });

  it('is made of a whole body where the backend does not stream', async () => {
    const body = { id: 'c', choices: [{ index: 0, message: { content: 'whole' }, finish_reason: 'stop' }] };
    bench.first.behave({ kind: 'raw', contentType: 'application/json', chunks: [JSON.stringify(body)] });
    const { kind, text } = await bench.tell({ model: models['openai-chat'], stream: true });
    expect([kind, text.includes('"content":"whole"'), text.includes('[DONE]')]).toEqual(['stream', true, true]);
  });

  it.each(pairs)(
    'that breaks tells a %s client of a %s backend so once, and does not end',
    async (dialect, backend) => {
      bench.first.behave({ kind: 'reset' });
      bench.second.behave({ kind: 'reset' });
      const { status, text } = await bench.tell({ dialect, model: models[backend], stream: true });
      expect([status, text.match(errorIn[dialect])?.length]).toEqual([200, 1]);
      expect(text).not.toMatch(/\[DONE\]|message_stop|response.completed|finishReason/);
      expect(recordsOf()).toMatchObject([{ outcome: 'failed', errorCode: 'upstream_broken' }]);
    },
  );

  it.each(pairs)('is told to a %s client of a %s backend', async (dialect, backend) => {
    const { status, text } = await bench.tell({ dialect, model: models[backend], stream: true });
    expect([status, text.includes('Echo'), text.match(errorIn[dialect])]).toEqual([200, true, null]);
    expect(text).toMatch(/\[DONE\]|message_stop|response.completed|finishReason/);
    expect(recordsOf()).toMatchObject([{ outcome: 'complete', usage: { source: 'measured' }, losses: [] }]);
  });

  it.each(Object.entries(models))('whose %s reader leaves ends the upstream call', async (_dialect, model) => {
    bench.first.behave({ kind: 'stall' });
    bench.second.behave({ kind: 'stall' });
    const answer = await bench.answer({ model, stream: true });
    if (answer.kind !== 'stream') throw new Error('not a stream');
    await answer.frames.next();
    await answer.frames.return?.();
    await eventually(() => [...bench.first.calls, ...bench.second.calls].every(({ aborted }) => aborted));
    await eventually(() => recordsOf().length === 1);
    expect(recordsOf()).toMatchObject([{ outcome: 'abandoned', usage: { source: 'estimated' } }]);
  });
});

describe('an error', () => {
  it('of the request is told in its dialect, with the id, and recorded', async () => {
    const { status, headers, text } = await bench.tell({ dialect: 'anthropic-messages', fields: { messages: 7 } });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    expect(recordsOf()).toMatchObject([
      { id: headers['x-claudette-id'], outcome: 'failed', errorCode: 'invalid_request', attempts: 0 },
    ]);
  });

  it('of the path is told in the dialect, and recorded', async () => {
    const { status, text } = await bench.tell({ model: 'gpt-fak' });
    expect([status, (JSON.parse(text) as { error: { message: string } }).error.message]).toEqual([
      404,
      expect.stringContaining('near it: gpt-fake'),
    ]);
    expect(recordsOf()).toMatchObject([{ requestedModel: 'gpt-fak', errorCode: 'model_not_found' }]);
  });

  it('of a provider inside a whole body is told', async () => {
    bench.first.behave({ kind: 'invalid-json-body' });
    const { status, text } = await bench.tell({ model: models['openai-chat'] });
    expect([status, text.includes('first')]).toEqual([502, true]);
  });

  it('of a route or a key is told without a call', () => {
    const refusal = bench.gateway.refuse('openai-chat', new GatewayError('route_not_found', '/x'));
    expect(refusal).toMatchObject({ kind: 'whole', status: 404 });
    expect(refusal.headers['x-claudette-id']).toMatch(/^x-/);
  });
});
