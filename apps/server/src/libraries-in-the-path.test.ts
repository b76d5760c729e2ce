import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@claudette/testing';

import { ask } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

/**
 * Each named library stands in the path of a request, not beside it: its effect is taken away and a request changes.
 */
const chat = { dialect: 'openai-chat', model: 'chat/gpt-fake' } as const;
const cached = { ...chat, headers: { 'x-claudette-cache': 'on' } } as const;

let folder: string;
const open: Stack[] = [];
const start = async (config: Record<string, unknown>): Promise<Stack> => {
  const stack = await startStack(config);
  open.push(stack);
  return stack;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claudette-libraries-'));
});
afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close();
  rmSync(folder, { recursive: true });
});

describe('opossum', () => {
  it('refuses a target without calling it once its circuit has opened', async () => {
    const stack = await start({
      routing: { fallback: false, maxAttempts: 1 },
      resilience: { breaker: { volume: 3, windowMs: 10_000, openMs: 60_000 } },
    });
    stack.chat.behave({ kind: 'status', status: 500 });
    for (let call = 0; call < 3; call += 1) await (await ask(stack, chat)).text();
    const refused = await ask(stack, chat);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('circuit');
    expect(stack.chat.count()).toBe(3);
    expect(stack.server.host.current().status().circuits).toMatchObject([{ state: 'open' }]);
  });

  it('lets calls through as long as it counts too few', async () => {
    const stack = await start({
      routing: { fallback: false, maxAttempts: 1 },
      resilience: { breaker: { volume: 1000 } },
    });
    stack.chat.behave({ kind: 'status', status: 500 });
    for (let call = 0; call < 5; call += 1) await (await ask(stack, chat)).text();
    expect(stack.chat.count()).toBe(5);
  });

  it('sends traffic elsewhere while a circuit is open', async () => {
    const stack = await start({
      aliases: { both: ['chat/gpt-fake', 'claude/claude-fake'] },
      routing: { strategy: 'priority' },
      resilience: { breaker: { volume: 2, openMs: 60_000 } },
    });
    stack.chat.behave({ kind: 'status', status: 500 });
    for (let call = 0; call < 4; call += 1) expect((await ask(stack, { ...chat, model: 'both' })).status).toBe(200);
    expect(stack.chat.count()).toBe(2);
    const last = await ask(stack, { ...chat, model: 'both' });
    expect(last.headers.get('x-claudette-attempts')).toBe('1');
  });
});

describe('keyv over SQLite', () => {
  it('answers after a restart, and no longer once its tier is emptied', async () => {
    const config = { cache: { store: `sqlite:${join(folder, 'cache.db')}` } };
    const first = await start(config);
    await (await ask(first, cached)).text();
    await first.close();
    open.pop();

    const second = await start(config);
    expect((await ask(second, cached)).headers.get('x-claudette-cache')).toBe('hit');
    await second.server.host.current().cache?.clear();
    expect((await ask(second, cached)).headers.get('x-claudette-cache')).toBe('miss');
  });
});

describe('undici', () => {
  it('uses a connection again, and makes a request wait when there is none to spare', async () => {
    const stack = await start({ pool: { connectionsPerOrigin: 1, queueTimeoutMs: 150 }, routing: { maxAttempts: 1 } });
    for (let call = 0; call < 5; call += 1) await (await ask(stack, chat)).text();
    expect(new Set(stack.chat.calls.map(({ connection }) => connection)).size).toBe(1);
    stack.chat.behave({ kind: 'delay', delayMs: 350 });
    const [one, other] = await Promise.all([ask(stack, chat), ask(stack, { ...chat, content: 'another' })]);
    expect([one.status, other.status].sort()).toEqual([200, 503]);
  });
});

describe('prom-client', () => {
  it('shows the requests that were made', async () => {
    const stack = await start({});
    await (await ask(stack, chat)).text();
    const counted = async (): Promise<string> => await (await fetch(`${stack.url}/metrics`)).text();
    await eventually(async () => /claudette_exchanges_total\{[^}]*backend="chat"[^}]*\} 1/.test(await counted()));
  });

  it('is not there when it is switched off', async () => {
    const stack = await start({ metrics: { enabled: false } });
    expect((await fetch(`${stack.url}/metrics`)).status).toBe(404);
  });
});

describe('genai-prices', () => {
  it('puts a price on models it knows, and none on others', async () => {
    const stack = await start({});
    const models = ['gpt-4o-mini', 'gpt-nobody-knows'];
    const answers = await Promise.all(models.map((model) => ask(stack, { ...chat, model: `chat/${model}` })));
    expect(Number(answers[0]?.headers.get('x-claudette-cost'))).toBeGreaterThan(0);
    expect(answers[1]?.headers.has('x-claudette-cost')).toBe(false);
  });
});

describe('better-sqlite3', () => {
  it('has the row of an exchange when its answer has arrived', async () => {
    const stack = await start({});
    await (await ask(stack, chat)).text();
    expect(await stack.server.host.current().usage({ groupBy: 'backend' })).toMatchObject([
      { group: 'chat', requests: 1 },
    ]);
  });

  it('knows a gateway key until it is revoked', async () => {
    const stack = await start({ auth: { mode: 'keys' } });
    const { key, id } = stack.server.host.current().keys.create({ name: 'test' });
    const withKey = { ...chat, headers: { authorization: `Bearer ${key}` } };
    expect((await ask(stack, chat)).status).toBe(401);
    expect((await ask(stack, withKey)).status).toBe(200);
    stack.server.host.current().keys.revoke(id);
    expect((await ask(stack, withKey)).status).toBe(401);
  });
});

describe('fastify', () => {
  it('refuses a body beyond the limit with an error in the dialect', async () => {
    const stack = await start({ server: { bodyLimitBytes: 2048 } });
    const refused = await ask(stack, { ...chat, content: 'x'.repeat(4096) });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining('2048 bytes') } });
    expect((await ask(stack, chat)).status).toBe(200);
  });
});
