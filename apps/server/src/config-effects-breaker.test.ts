import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '@claudette/testing';
import type { Behaviour } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { startLab } from './__fixtures__/start-lab.js';
import type { Lab } from './__fixtures__/start-lab.js';

let lab: Lab;
const only = { b: { enabled: false } };
const single = { routing: { fallback: false, maxAttempts: 1 } };
const start = async (breaker: object): Promise<Lab> =>
  (lab = await startLab({ ...only, config: { ...single, resilience: { breaker } } }));
afterEach(() => lab.close());

const failing: Behaviour = { kind: 'status', status: 500 };
const fine: Behaviour = { kind: 'answer' };
/** `-` fails and `+` does not. */
const play = async (calls: string): Promise<void> => {
  lab.a.behave([...calls].map((call) => (call === '-' ? failing : fine)));
  await lab.many(calls.length);
};
const state = (): string | undefined => lab.gateway.status().circuits[0]?.state;

describe('resilience.breaker', () => {
  it.each([
    [0.5, 'open'],
    [0.6, 'closed'],
  ])('failureRate: %d is the share of failures that opens it', async (failureRate, expected) => {
    await start({ failureRate, volume: 10 });
    await play('+-+-+-+-+-');
    expect(state()).toBe(expected);
  });

  it.each([
    [10, 'open'],
    [11, 'closed'],
  ])('volume: %d calls are enough to judge', async (volume, expected) => {
    await start({ volume });
    await play('+-+-+-+-+-');
    expect(state()).toBe(expected);
  });

  it.each([
    [6, 'open'],
    [20, 'closed'],
  ])('windowCalls: of the latest %d calls', async (windowCalls, expected) => {
    await start({ windowCalls, volume: 6 });
    await play('++++++++++-+-+-+');
    expect(state()).toBe(expected);
  });

  it.each([
    [60_000, 'open'],
    [150, 'closed'],
  ])('windowMs: of the last %d milliseconds', async (windowMs, expected) => {
    await start({ windowMs, volume: 6 });
    await play('+-+-');
    await sleep(300);
    await play('+-');
    expect(state()).toBe(expected);
  });

  it.each([
    [64, 200],
    [60_000, 503],
  ])('openMs: %d is what waits before a probe are counted in', async (openMs, status) => {
    await start({ openMs, volume: 2 });
    await play('+-');
    expect(state()).toBe('open');
    await sleep(20);
    expect((await lab.tell()).status).toBe(status);
  });

  it.each([
    [1, 'closed'],
    [3, 'half-open'],
  ])('halfOpenCalls: %d probes decide', async (halfOpenCalls, expected) => {
    await start({ halfOpenCalls, openMs: 64, volume: 2, successRate: 1 });
    await play('+-');
    await sleep(20);
    await lab.tell();
    expect(state()).toBe(expected);
  });

  it.each([
    [0.5, 'closed'],
    [1, 'half-open'],
  ])('successRate: %d of the probes must pass', async (successRate, expected) => {
    await start({ successRate, halfOpenCalls: 2, openMs: 64, volume: 2 });
    await play('+-');
    await sleep(20);
    await lab.tell();
    expect(state()).toBe(expected);
  });

  it.each([
    [30, 'open'],
    [20_000, 'closed'],
  ])('slowFirstContentMs: a stream is slow after %d ms', async (slowFirstContentMs, expected) => {
    await start({ slowFirstContentMs, volume: 3 });
    lab.a.behave({ kind: 'delay', delayMs: 100 });
    await lab.many(4, { stream: true });
    expect(state()).toBe(expected);
  });

  it.each([
    [0.5, 'open'],
    [1, 'closed'],
  ])('slowCallRate: %d is the share of slow streams that opens it', async (slowCallRate, expected) => {
    await start({ slowCallRate, slowFirstContentMs: 60, volume: 4 });
    lab.a.behave([fine, { kind: 'delay', delayMs: 150 }, fine, { kind: 'delay', delayMs: 150 }]);
    await lab.many(4, { stream: true });
    expect(state()).toBe(expected);
  });
});

describe('pool', () => {
  const startPool = async (pool: object): Promise<Lab> =>
    (lab = await startLab({ ...only, config: { ...single, pool } }));
  const connections = (): number => new Set(lab.a.calls.map(({ connection }) => connection)).size;

  it.each([
    [60_000, 1],
    [40, 2],
  ])('idleTimeoutMs: %d is how long an unused socket stays open', async (idleTimeoutMs, expected) => {
    await startPool({ idleTimeoutMs });
    await lab.many(1);
    await sleep(1_300);
    await lab.many(1);
    expect(connections()).toBe(expected);
  });

  it.each([
    [1, 1],
    [8, 3],
  ])('connectionsPerOrigin: %d is the most sockets to one address', async (connectionsPerOrigin, expected) => {
    await startPool({ connectionsPerOrigin });
    lab.a.behave({ kind: 'delay', delayMs: 60 });
    await Promise.all(['x', 'y', 'z'].map((content) => lab.tell({ content })));
    expect(connections()).toBe(expected);
  });

  it('queueTimeoutMs is how long a request waits for a free socket', async () => {
    await startPool({ connectionsPerOrigin: 1, queueTimeoutMs: 60 });
    lab.a.behave({ kind: 'delay', delayMs: 500 });
    const told = await Promise.all(['x', 'y'].map((content) => lab.tell({ content })));
    expect(told.map(({ status }) => status).sort()).toEqual([200, 503]);
  });

  it('warmConnections are opened before anybody asks', async () => {
    await startPool({ warmConnections: 3 });
    await eventually(() => lab.gateway.status().pool[0]?.connected === 3);
    expect(lab.a.count()).toBe(0);
  });
});
