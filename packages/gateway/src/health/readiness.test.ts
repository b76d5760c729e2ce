import { eventually } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { HealthBench, Sockets } from './__fixtures__/health-bench.js';
import { openSockets, watch } from './__fixtures__/health-bench.js';

let sockets: Sockets;
let bench: HealthBench | undefined;
beforeEach(async () => {
  sockets = await openSockets();
});
afterEach(async () => {
  bench?.probes.close();
  await sockets.close();
});

const start = (extra: Readonly<Record<string, object>> = {}): HealthBench => {
  const up = { provider: 'openai', baseUrl: `${sockets.provider.url}/v1`, apiKey: 'env:KEY', models: ['m'] };
  return (bench = watch(sockets, { up, ...extra }));
};
const calls = (): number => sockets.provider.calls.length;

describe('the readiness of backends', () => {
  it('is asked for where nothing is known, and asks no model', async () => {
    const { readiness, clock } = start();
    expect(await readiness.current()).toEqual([{ backend: 'up', ok: true }]);
    expect([sockets.provider.count(), calls(), clock.pending]).toEqual([0, 1, 0]);
  });

  it('says which backend cannot be used, and why', async () => {
    const { provider } = sockets;
    const down = { provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', models: ['m'] };
    const keyless = { provider: 'openai', baseUrl: `${provider.url}/v1`, apiKey: 'env:GONE', models: ['m'] };
    expect(await start({ down, keyless }).readiness.current()).toEqual([
      { backend: 'up', ok: true },
      { backend: 'down', ok: false, reason: expect.stringContaining('127.0.0.1:9') },
      { backend: 'keyless', ok: false, reason: 'env:GONE is not there; set the environment variable GONE' },
    ]);
  });

  it('is asked for again after ten seconds, not sooner', async () => {
    const { readiness, clock } = start();
    await readiness.current();
    clock.advance(10_000);
    await readiness.current();
    expect(calls()).toBe(1);
    clock.advance(1);
    await readiness.current();
    expect([calls(), clock.pending]).toEqual([2, 0]);
  });

  it('is known from requests without asking', async () => {
    const { readiness, board } = start();
    board.observe({
      kind: 'attempt-end',
      id: 'x-1',
      target: { backend: 'up', model: 'm', provider: 'openai', dialect: 'openai-chat' },
      number: 1,
      stream: false,
      outcome: 'complete',
      durationMs: 10,
      orphaned: false,
    });
    expect(await readiness.current()).toEqual([{ backend: 'up', ok: true }]);
    expect(calls()).toBe(0);
  });

  it('waits up to five seconds for a backend nobody heard of', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const { readiness, clock } = start();
    const current = readiness.current();
    await eventually(() => calls() === 1);
    clock.advance(5_000);
    expect(await current).toEqual([{ backend: 'up', ok: false, reason: 'no answer within 5000 ms' }]);
  });

  it('stays what it was, after half a second, where something is known; and changes when the answer is in', async () => {
    const { readiness, clock, found } = start();
    await readiness.current();
    clock.advance(10_001);
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const current = readiness.current();
    await eventually(() => calls() === 2);
    clock.advance(500);
    expect(await current).toEqual([{ backend: 'up', ok: true }]);
    clock.advance(5_000);
    await eventually(() => found.length === 2);
    const next = readiness.current();
    await eventually(() => calls() === 3);
    clock.advance(5_000);
    await next;
    await eventually(() => found.length === 3);
    expect(await readiness.current()).toEqual([{ backend: 'up', ok: false, reason: 'no answer within 5000 ms' }]);
  });

  it('ends when the gateway closes', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const { readiness, probes, clock } = start();
    const current = readiness.current();
    await eventually(() => calls() === 1);
    probes.close();
    expect(await current).toEqual([{ backend: 'up', ok: false, reason: 'nothing was heard of it yet' }]);
    await eventually(() => sockets.provider.openSockets() === 0);
    expect(clock.pending).toBe(0);
  });
});
