import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';

import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { startBench } from '../__fixtures__/start-bench.js';
import { checkConfig } from '../config/check-config.js';
import { watchMemory } from './watch-memory.js';

const MIB = 1024 * 1024;

const setUp = (tree: object = {}) => {
  const clock = createFakeClock();
  const observed: Observation[] = [];
  const memory = { used: 100, left: 50 };
  let collected = (): void => undefined;
  const watch = watchMemory({
    ratios: checkConfig(tree, 'the test').memory,
    clock,
    observe: (observation) => void observed.push(observation),
    pool: { stats: () => [] },
    openExchanges: () => 2,
    readMemory: () => ({
      rssBytes: memory.used,
      heapBytes: memory.left * MIB,
      heapTotalBytes: 0,
      externalBytes: 0,
      bounds: [{ kind: 'group', limitBytes: 1000, usedBytes: memory.used }],
    }),
    onCollection(callback) {
      collected = callback;
      return () => undefined;
    },
  });
  /** Six minutes in each of which 10 MiB more are left by collections. */
  const leak = (): void => {
    for (let minute = 0; minute < 12; minute += 1) {
      memory.left += 10;
      collected();
      clock.advance(60_000);
    }
  };
  const suspects = (): Readonly<Record<string, number>> => {
    const found = observed.find((one) => one.kind === 'memory-leak-suspected');
    return Object.fromEntries(found?.suspects.map(({ name, count }) => [name, count]) ?? []);
  };
  return { clock, memory, watch, leak, suspects };
};

describe("the gateway's memory watch", () => {
  it.each([
    ['warnRatio', 0.3, 'elevated'],
    ['highRatio', 0.75, 'high'],
    ['criticalRatio', 0.86, 'critical'],
  ] as const)('takes memory.%s from the configuration', (name, value, level) => {
    const { clock, memory, watch } = setUp({ memory: { [name]: value } });
    memory.used = value * 1000;
    clock.advance(2_000);
    expect(watch.state().level).toBe(level);
  });

  it('counts the exchanges that are open', () => {
    const { leak, suspects } = setUp();
    leak();
    expect(suspects()['open exchanges']).toBe(2);
  });

  it('counts open sockets', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await new Promise((resolve) => server.once('connection', resolve));
    const { leak, suspects } = setUp();
    leak();
    expect(suspects()['sockets']).toBeGreaterThanOrEqual(2);
    socket.destroy();
    server.close();
  });

  it('counts nothing of a cache that is switched off', () => {
    const { leak, suspects } = setUp();
    leak();
    expect(suspects()).toMatchObject({
      'cache entries': 0,
      'cache bytes': 0,
      'cache entries that wait to be written': 0,
      'upstream requests': 0,
      'requests that wait for a connection': 0,
    });
  });
});

describe('a gateway', () => {
  it('tells what memory it has and what its cache may take of it', async () => {
    const bench = await startBench({ cache: { maxMemoryBytes: 1_000_000 } });
    try {
      expect(bench.gateway.status().memory).toEqual({
        level: 'normal',
        usedBytes: expect.any(Number),
        limitBytes: expect.any(Number),
        limitedBy: expect.stringMatching(/^(heap|group|machine)$/),
        cacheBytes: 0,
        cacheBudgetBytes: 1_000_000,
      });
      const { text } = await bench.gateway.metricsText();
      expect(text).toContain('claudette_cache_budget_bytes 1000000');
      expect(text).toContain('claudette_memory_level 0');
    } finally {
      await bench.close();
    }
  });

  it('decides by itself what its cache may take when nobody says', async () => {
    const bench = await startBench();
    try {
      const { cacheBudgetBytes } = bench.gateway.status().memory;
      expect(cacheBudgetBytes).toBeGreaterThanOrEqual(16 * MIB);
      expect(cacheBudgetBytes).toBeLessThanOrEqual(256 * MIB);
    } finally {
      await bench.close();
    }
  });
});
