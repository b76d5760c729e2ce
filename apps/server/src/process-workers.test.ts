import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

import { createGateway, loadConfig } from '@claudette/gateway';
import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { buildServer } from './__fixtures__/built-server.js';
import type { BuiltServer, Started } from './__fixtures__/built-server.js';
import { ask, readStream } from './__fixtures__/raw-client.js';

let built: BuiltServer;
let provider: FakeProvider;

beforeAll(async () => {
  built = buildServer();
  provider = await createFakeProvider();
}, 120_000);
afterEach(() => {
  built.killAll();
  provider.reset();
});
afterAll(async () => {
  await provider.close();
  built.remove();
});

const LONG = 120_000;
const patient = { connectMs: 20_000, firstContentMs: 60_000, idleMs: 60_000, totalMs: 120_000 };
const configOf = (parts: Record<string, unknown> = {}, server: Record<string, unknown> = {}) => ({
  server: { port: 0, workers: 2, drainTimeoutMs: 5_000, ...server },
  backends: {
    lab: { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'], timeouts: patient },
  },
  ...parts,
});

/** Every request on a connection of its own, so that each worker gets its turn. */
const fresh = { connection: 'close' } as const;

interface Status {
  readonly worker: { readonly id: number; readonly pid: number };
  readonly configuration: { readonly reloads: { readonly applied: number } };
}
/** A connection that Node was handing to a process that dies just then is never answered. */
const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const statusOf = async (url: string): Promise<Status> =>
  (await (await fetch(`${url}/api/status`, { headers: fresh, signal: soon() })).json()) as Status;

/** The processes that answer, by asking more often than there are any. */
async function workersOf(url: string): Promise<Map<number, Status>> {
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => statusOf(url)));
  return new Map(all.flatMap((asked) => (asked.status === 'fulfilled' ? [[asked.value.worker.pid, asked.value]] : [])));
}

/** Starts the product and waits for all its processes. */
async function listening(started: Started): Promise<{ readonly url: string }> {
  const stack = await started.listening();
  await eventually(() => started.output().includes('Workers: 2'), { withinMs: 30_000 });
  return stack;
}

/** What the ledger says of complete exchanges, asked as another process. */
async function completeRows({ home }: Started): Promise<number> {
  const { config } = loadConfig({ file: join(home, 'config.json'), environment: { XDG_DATA_HOME: home } });
  const gateway = await createGateway(
    { ...config, logging: { ...config.logging, level: 'silent' } },
    { environment: { XDG_DATA_HOME: home } },
  );
  const [row] = await gateway.usage({ groupBy: 'none' });
  await gateway.close();
  if (row === undefined) return 0;
  return row.requests - row.failures - row.abandoned - row.unfinished;
}

describe('several workers', () => {
  it(
    'share a port, and say which one answers',
    async () => {
      const started = built.start(configOf());
      const { url } = await listening(started);
      const workers = await workersOf(url);
      expect(workers.size).toBe(2);
      const ready = (await (await fetch(`${url}/ready`, { headers: fresh })).json()) as { worker: number };
      expect([...workers.values()].map(({ worker }) => worker.id)).toContain(ready.worker);
      expect(started.output().match(/Claudette listens on/g)).toHaveLength(1);
    },
    LONG,
  );

  it(
    'count together: every one gives the metrics of all',
    async () => {
      const started = built.start(configOf({ cache: { enabled: false } }));
      const { url } = await listening(started);
      for (let number = 0; number < 6; number += 1) {
        await (await ask({ url }, { dialect: 'openai-chat', model: 'lab/m', headers: fresh })).text();
      }
      const texts = await Promise.all(
        [1, 2, 3, 4].map(async () => (await fetch(`${url}/metrics`, { headers: fresh })).text()),
      );
      const counts = texts.map((text) => /^claudette_exchanges_total\{.*\} (\d+)$/m.exec(text)?.[1]);
      expect(counts).toEqual(['6', '6', '6', '6']);
    },
    LONG,
  );

  it(
    'share stored answers',
    async () => {
      const started = built.start(configOf({ cache: { sampling: { dialects: 'all', native: 'all' } } }));
      const { url } = await listening(started);
      const once = async (): Promise<string | null> => {
        const answer = await ask({ url }, { dialect: 'openai-chat', model: 'lab/m', headers: fresh });
        await answer.text();
        return answer.headers.get('x-claudette-cache');
      };
      expect(await once()).toBe('miss');
      await eventually(async () => (await once()) === 'hit' && (await once()) === 'hit', { withinMs: 10_000 });
      expect(provider.count()).toBeLessThanOrEqual(2);
    },
    LONG,
  );

  it(
    'lose no row that was answered for when one is killed under load, and are as many as before soon',
    async () => {
      const started = built.start(configOf({ cache: { enabled: false }, logging: { level: 'error' } }));
      const { url } = await listening(started);
      const before = await workersOf(url);
      const [victim = 0] = before.keys();
      let acknowledged = 0;
      let broken = 0;
      let isOver = false;
      const client = async (): Promise<void> => {
        while (!isOver) {
          try {
            const question = { dialect: 'openai-chat', model: 'lab/m', stream: true, headers: fresh } as const;
            const answer = await ask({ url }, { ...question, signal: soon() });
            const { raw, failed } = await readStream(answer, 'openai-chat');
            // Not the finish reason: undici takes a connection that breaks after `connection: close` for a whole answer.
            if (raw.endsWith('data: [DONE]\n\n') && !failed) acknowledged += 1;
            else broken += 1;
          } catch {
            broken += 1;
          }
        }
      };
      const clients = Array.from({ length: 8 }, client);
      await eventually(() => acknowledged > 50, { withinMs: 20_000 });
      process.kill(victim, 'SIGKILL');
      const atDeath = acknowledged;
      // The other one serves on meanwhile.
      await eventually(() => acknowledged > atDeath + 20, { withinMs: 20_000 });
      await eventually(async () => (await workersOf(url)).size === 2, { withinMs: 30_000 });
      isOver = true;
      await Promise.all(clients);
      expect((await workersOf(url)).has(victim)).toBe(false);
      expect(started.output()).toContain(`(process ${victim}): was ended by SIGKILL; another one starts in 100 ms`);
      // What was under way there is all that broke.
      expect(broken).toBeLessThanOrEqual(8);
      started.child.kill('SIGTERM');
      expect(await started.exit).toBe(0);
      expect(await completeRows(started)).toBeGreaterThanOrEqual(acknowledged);
    },
    LONG,
  );

  it(
    'drain when the first process is told to stop',
    async () => {
      provider.behave({ kind: 'slow-drip', everyMs: 100 });
      const started = built.start(configOf());
      const { url } = await listening(started);
      const streams = await Promise.all(
        Array.from({ length: 20 }, () =>
          ask({ url }, { dialect: 'openai-chat', model: 'lab/m', stream: true, headers: fresh }),
        ),
      );
      started.child.kill('SIGTERM');
      const seen = await Promise.all(streams.map((response) => readStream(response, 'openai-chat')));
      expect(seen.filter(({ stopped, failed }) => stopped && !failed)).toHaveLength(20);
      expect(await started.exit).toBe(0);
      expect(started.output()).not.toContain('still open');
    },
    LONG,
  );

  it(
    'end at once at the second signal',
    async () => {
      provider.behave({ kind: 'stall' });
      const started = built.start(configOf({}, { drainTimeoutMs: 60_000 }));
      const { url } = await listening(started);
      const workers = await workersOf(url);
      await ask({ url }, { dialect: 'openai-chat', model: 'lab/m', stream: true });
      started.child.kill('SIGTERM');
      await eventually(() => started.output().includes('Draining'));
      started.child.kill('SIGTERM');
      expect(await started.exit).toBe(130);
      await eventually(() => [...workers.keys()].every((pid) => !isAlive(pid)));
    },
    LONG,
  );

  it(
    'end by themselves when the first process is killed',
    async () => {
      const started = built.start(configOf());
      const { url } = await listening(started);
      const workers = await workersOf(url);
      started.child.kill('SIGKILL');
      await eventually(() => [...workers.keys()].every((pid) => !isAlive(pid)), { withinMs: 15_000 });
    },
    LONG,
  );

  it(
    'all read their configuration anew when one of them is asked to',
    async () => {
      const started = built.start(configOf());
      const { url } = await listening(started);
      const report = await fetch(`${url}/api/admin/config/reload`, { method: 'POST' });
      expect(await report.json()).toEqual({ changed: [], restartNeeded: [] });
      const applied = [...(await workersOf(url)).values()].map(({ configuration }) => configuration.reloads.applied);
      expect(applied).toEqual([1, 1]);
    },
    LONG,
  );

  it(
    'keep the last good configuration, and one that dies is not replaced by what cannot be read',
    async () => {
      const started = built.start(configOf({ logging: { level: 'error' } }));
      const { url } = await listening(started);
      const [victim = 0] = (await workersOf(url)).keys();
      writeFileSync(join(started.home, 'config.json'), '{"server": ');
      const report = await fetch(`${url}/api/admin/config/reload`, { method: 'POST' });
      expect(report.status).toBe(400);
      process.kill(victim, 'SIGKILL');
      await eventually(() => started.output().includes('another one starts in 5000 ms'), { withinMs: 20_000 });
      expect((await ask({ url }, { dialect: 'openai-chat', model: 'lab/m' })).status).toBe(200);
      writeFileSync(join(started.home, 'config.json'), JSON.stringify(configOf({ logging: { level: 'error' } })));
      await eventually(async () => (await workersOf(url)).size === 2, { withinMs: 30_000 });
    },
    LONG,
  );

  it(
    'read a changed file one after the other, once',
    async () => {
      const logging = { format: 'json' };
      const started = built.start(configOf({ logging }));
      const { url } = await listening(started);
      const strict = configOf({ logging, routing: { strict: true } });
      writeFileSync(join(started.home, 'config.json'), JSON.stringify(strict));
      const taken = (): number => started.output().match(/"changed":\["routing.strict"\]/g)?.length ?? 0;
      await eventually(() => taken() === 2, { withinMs: 20_000 });
      const applied = [...(await workersOf(url)).values()].map(({ configuration }) => configuration.reloads.applied);
      expect(applied).toEqual([1, 1]);
    },
    LONG,
  );
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
