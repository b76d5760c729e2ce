import type { Observation } from '@claudette/core';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { HealthBench, Sockets } from './__fixtures__/health-bench.js';
import { intervalMs, openSockets, watch } from './__fixtures__/health-bench.js';

let sockets: Sockets;
let bench: HealthBench | undefined;
beforeEach(async () => {
  sockets = await openSockets();
});
afterEach(async () => {
  bench?.probes.close();
  await sockets.close();
  await eventually(() => bench?.clock.pending === 0);
});

const upAt = (url: string): object => ({ provider: 'openai', baseUrl: `${url}/v1`, apiKey: 'env:KEY', models: ['m'] });
const start = (extra: Readonly<Record<string, object>> = {}, options?: Parameters<typeof watch>[2]): HealthBench =>
  (bench = watch(sockets, { up: upAt(sockets.provider.url), ...extra }, options));
const calls = (): number => sockets.provider.calls.length;

/** Lets time pass until the next probe of the only backend, and waits for what it finds. */
const pass = async ({ clock, found }: HealthBench, ms = intervalMs): Promise<void> => {
  const before = found.length;
  clock.advance(ms);
  await eventually(() => found.length === before + 1 && clock.pending === 1);
};

const served = (backend: string): Observation => ({
  kind: 'attempt-end',
  id: 'x-1',
  target: { backend, model: 'm', provider: 'openai', dialect: 'openai-chat' },
  number: 1,
  stream: false,
  outcome: 'complete',
  durationMs: 10,
  firstContentMs: 10,
  orphaned: false,
});

describe('probes in the background', () => {
  it('ask an idle backend once in each interval, over one connection, and bill nothing', async () => {
    const running = start();
    running.probes.start();
    running.probes.start();
    expect([running.clock.pending, calls()]).toEqual([1, 0]);
    for (let turn = 0; turn < 5; turn += 1) await pass(running);
    expect([calls(), sockets.provider.count()]).toEqual([5, 0]);
    expect(new Set(sockets.provider.calls.map(({ connection }) => connection)).size).toBe(1);
    expect(running.told).toEqual(['up: true it answers probes']);
  });

  it.each([
    [0, 27_000],
    [0.5, 30_000],
    [1, 33_000],
  ])('are made a tenth earlier or later, by chance: with %f after %i ms', async (chance, afterMs) => {
    const { clock, probes } = start({}, { random: () => chance });
    probes.start();
    await clock.advanceAsync(afterMs - 1);
    expect(sockets.pool.stats()).toEqual([]);
    clock.advance(2);
    await eventually(() => calls() === 1);
  });

  it('are not made when the interval is 0', () => {
    const { clock, probes } = start({}, { intervalMs: 0 });
    probes.start();
    expect(clock.pending).toBe(0);
  });

  it('leave a backend alone that has served a request in the last interval', async () => {
    const { clock, probes, board } = start();
    probes.start();
    for (let turn = 0; turn < 3; turn += 1) {
      clock.advance(intervalMs - 1_000);
      board.observe(served('up'));
      await clock.advanceAsync(1_000);
      await eventually(() => clock.pending === 1);
    }
    expect(calls()).toBe(0);
    await clock.advanceAsync(intervalMs);
    await eventually(() => calls() === 1);
  });

  it('find that a backend is gone, look for it every five seconds, and find it back', async () => {
    const other = await createFakeProvider();
    const running = start({ up: upAt(other.url) });
    const { board, probes, found } = running;
    probes.start();
    await pass(running);
    await other.close();
    await pass(running);
    expect(board.isAvailable({ backend: 'up' }).available).toBe(true);
    await pass(running, 5_000);
    expect(board.isAvailable({ backend: 'up' })).toMatchObject({ available: false });
    const again = await createFakeProvider({ port: other.port });
    await pass(running, 5_000);
    expect(found).toEqual(['accepted', 'unreachable', 'unreachable', 'accepted']);
    expect(board.isAvailable({ backend: 'up' })).toEqual({ available: true });
    expect(again.count()).toBe(0);
    probes.close();
    await again.close();
  });

  it('do not look for a missing backend more often than they are made at all', async () => {
    const running = start({ up: upAt('http://127.0.0.1:9') }, { intervalMs: 1_000 });
    running.probes.start();
    for (let turn = 0; turn < 3; turn += 1) await pass(running, 1_000);
    expect(running.found).toEqual(['unreachable', 'unreachable', 'unreachable']);
  });

  it('find that a credential is refused, and keep requests away until it is good', async () => {
    const running = start();
    const { board, probes, told } = running;
    probes.start();
    sockets.provider.behave(() => ({ kind: 'status', status: 401 }));
    await pass(running);
    const reason = 'its credential is refused (status 401)';
    expect(board.isAvailable({ backend: 'up' })).toEqual({ available: false, reason });
    sockets.provider.reset();
    await pass(running);
    expect(board.isAvailable({ backend: 'up' })).toEqual({ available: true });
    expect(told).toEqual([`up: false ${reason}`, 'up: true it answers probes']);
  });

  it('end with the gateway: no request and no timer is left', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const { clock, probes, told } = start();
    probes.start();
    clock.advance(intervalMs);
    await eventually(() => calls() === 1);
    probes.close();
    await eventually(() => sockets.provider.openSockets() === 0 && clock.pending === 0);
    probes.start();
    expect([clock.pending, told]).toEqual([0, []]);
  });
});

describe('asking', () => {
  const many = (count: number): Record<string, object> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`b${index}`, upAt(sockets.provider.url)]));

  it('goes to several backends at once, but never to more than eight', async () => {
    let most = 0;
    sockets.provider.behave(() => {
      most = Math.max(most, sockets.provider.inFlight());
      return { kind: 'delay', delayMs: 30 };
    });
    const { backends, probes, told } = start(many(19));
    await probes.ask(backends);
    expect([most, calls(), told.length]).toEqual([8, 20, 20]);
  });

  it('joins a probe that is under way', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 30 }));
    const { backends, probes } = start();
    await Promise.all([probes.ask(backends), probes.ask(backends)]);
    expect(calls()).toBe(1);
    await probes.ask(backends);
    expect(calls()).toBe(2);
  });

  it('ends for those that still wait their turn too', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const { backends, probes, told } = start(many(11));
    const asked = probes.ask(backends);
    await eventually(() => calls() === 8);
    probes.close();
    await asked;
    expect([calls(), told]).toEqual([8, []]);
  });
});
