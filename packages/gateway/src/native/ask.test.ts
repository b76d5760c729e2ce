import { GatewayError } from '@claudette/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startBench } from '../__fixtures__/start-bench.js';
import type { Bench } from '../__fixtures__/start-bench.js';
import type { NativeAnswer } from './ask.js';
import type { Asked } from './question.js';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterEach(() => {
  bench.first.reset();
  bench.second.reset();
  bench.observations.length = 0;
});
afterAll(() => bench.close());

const ask = (asked: Partial<Asked> = {}, onText?: (text: string) => void): Promise<NativeAnswer> =>
  bench.gateway.ask(
    {
      prompt: 'one two',
      files: [],
      cacheMode: 'off',
      stream: false,
      principal: bench.gateway.localPrincipal,
      controller: new AbortController(),
      ...asked,
    },
    onText,
  );

describe('a native call', () => {
  it('is answered with where the answer came from', async () => {
    expect(await ask()).toEqual({
      id: expect.stringMatching(/^x-/),
      content: 'Echo: one two',
      backend: 'first',
      model: 'gpt-fake',
      tokensInput: 12,
      tokensOutput: 3,
      cost: null,
      currency: 'USD',
      latencyMs: expect.any(Number),
      cacheHit: false,
      attempts: 1,
      finishReason: 'stop',
      losses: [],
    });
  });

  it.each(['first', 'second'])('streams from the backend %s as the text comes', async (backend) => {
    const heard: string[] = [];
    const { content } = await ask({ backend, stream: true }, (text) => heard.push(text));
    expect(heard.length).toBeGreaterThan(1);
    expect([content, heard.join('')]).toEqual(['Echo: one two', 'Echo: one two']);
  });

  it('hears a refusal too', async () => {
    expect((await ask({ prompt: 'please refuse' })).content).toBe('I cannot help with that.');
  });

  it('says when the provider counted nothing', async () => {
    bench.first.behave({ kind: 'answer', usage: null });
    expect(await ask()).toMatchObject({ tokensInput: null, tokensOutput: null, cost: null });
  });

  it('says when the answer is a repeat', async () => {
    const once = await ask({ prompt: 'again', cacheMode: 'default' });
    const twice = await ask({ prompt: 'again', cacheMode: 'default' });
    expect([once.cacheHit, twice.cacheHit, twice.content, twice.attempts]).toEqual([false, true, 'Echo: again', 0]);
    expect(twice.cost).toBe('0');
  });

  it('keeps to its time', async () => {
    for (const provider of [bench.first, bench.second]) provider.behave({ kind: 'delay', delayMs: 60_000 });
    await expect(ask({ timeoutMs: 200 })).rejects.toMatchObject({ code: 'deadline_exceeded', detail: '200 ms' });
  });

  it('ends when its controller aborts', async () => {
    bench.first.behave({ kind: 'delay', delayMs: 60_000 });
    const controller = new AbortController();
    const asked = expect(ask({ controller })).rejects.toMatchObject({ code: 'client_aborted' });
    controller.abort(new GatewayError('client_aborted', 'enough'));
    await asked;
  });

  it('rejects with a fault inside the answer', async () => {
    bench.first.behave({ kind: 'in-band-error' });
    await expect(ask({ stream: true })).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it('is recorded without a dialect', async () => {
    const { id } = await ask();
    expect(bench.observations.at(-1)).toMatchObject({ kind: 'exchange-end', record: { id, dialect: 'native' } });
  });

  it('is recorded when one of its files is refused', async () => {
    const files = [{ name: 'a.zip', content: Buffer.from([0xff, 0xfe]) }];
    await expect(ask({ files })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(bench.observations).toMatchObject([
      { kind: 'exchange-start', dialect: 'native' },
      { kind: 'exchange-end', record: { dialect: 'native', outcome: 'failed', errorCode: 'invalid_request' } },
    ]);
  });
});
