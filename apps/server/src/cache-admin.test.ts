import type { EntryPage, Removal, WarmProgress, WarmReport } from '@claudette/gateway';
import { afterEach, describe, expect, it } from '@jest/globals';

import { ask } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
afterEach(() => stack.close());

const start = async (config: Record<string, unknown> = {}): Promise<void> => {
  stack = await startStack(config);
};
const cacheOf = async (content: string, tags = '', model = 'chat/gpt-fake'): Promise<string | null> => {
  const fields = { temperature: 0 };
  const response = await ask(stack, {
    dialect: 'openai-chat',
    model,
    content,
    fields,
    headers: { 'x-claudette-tags': tags },
  });
  await response.text();
  return response.headers.get('x-claudette-cache');
};

const base = '/api/admin/cache';
const send = (path: string, request: RequestInit = {}): Promise<Response> => fetch(`${stack.url}${path}`, request);
const read = async <Value>(path: string, request?: RequestInit): Promise<Value> =>
  (await send(path, request)).json() as Promise<Value>;
const warm = async (body?: object) => {
  const text = await (
    await send(`${base}/warm`, { method: 'POST', ...(body && { body: JSON.stringify(body) }) })
  ).text();
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { progress?: WarmProgress; report?: WarmReport });
};

describe('GET /api/admin/cache', () => {
  it('says what is stored and what the cache was good for', async () => {
    await start();
    await cacheOf('one');
    await cacheOf('one');
    expect(await read(base)).toMatchObject({
      stats: { hits: 1, misses: 1, entries: 1 },
      entries: { memory: 1, secondTier: 0 },
    });
  });

  it('is not there when the cache is switched off', async () => {
    await start({ cache: { enabled: false } });
    const response = await send(base);
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('the cache is switched off'),
    ]);
  });
});

describe('GET /api/admin/cache/entries', () => {
  it("lists what is meant, a page at a time, and nobody's words", async () => {
    await start();
    for (const content of ['secret one', 'secret two', 'secret three']) await cacheOf(content, 'docs');
    await cacheOf('secret four', 'news');
    const first = await read<EntryPage>(`${base}/entries?tag=docs&limit=2`);
    const second = await read<EntryPage>(`${base}/entries?tag=docs&limit=2&cursor=${first.next}`);
    expect([first.entries.length, second.entries.length, second.next]).toEqual([2, 1, undefined]);
    expect(first.entries[0]).toMatchObject({ tags: ['docs'], target: { backend: 'chat' }, tiers: ['memory'] });
    expect(JSON.stringify([first, second])).not.toContain('secret');
  });

  it('knows what each answer cost: the dearer ones are kept longer', async () => {
    await start();
    // The price table is loaded by the first request.
    await cacheOf('warm up');
    const priced = await ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-4o-mini', fields: { temperature: 0 } });
    await priced.text();
    const costNano = Math.round(Number(priced.headers.get('x-claudette-cost')) * 1e9);
    expect(costNano).toBeGreaterThan(0);
    const { entries } = await read<EntryPage>(`${base}/entries`);
    const costs = new Map(entries.map((entry) => [entry.target.model, entry.costNano]));
    expect(costs.get('gpt-4o-mini')).toBe(costNano);
    expect(costs.get('gpt-fake')).toBeUndefined();
  });

  it.each([
    ['scope=house', 'scope must be one of key, user, team, shared'],
    [`key=${'*'.repeat(300)}`, 'key must have at most 256 characters'],
    ['limit=many', 'limit must be a whole number from 1 to 1000'],
    ['cursor=nonsense', 'cursor must be what the page before gave'],
    ['prompt=hello', 'there is no parameter'],
  ])('refuses %s', async (query, why) => {
    await start();
    const response = await send(`${base}/entries?${query}`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(why)]);
  });
});

describe('DELETE /api/admin/cache', () => {
  it.each([
    ['tag=docs', 'miss', 'hit'],
    ['model=claude-fake', 'hit', 'miss'],
    ['backend=chat', 'miss', 'hit'],
    ['key=*:chat/*', 'miss', 'hit'],
    ['scope=key:local', 'miss', 'miss'],
    ['scope=key:somebody', 'hit', 'hit'],
    ['scope=team', 'hit', 'hit'],
    ['operation=embed', 'hit', 'hit'],
    ['minAgeSeconds=0', 'miss', 'miss'],
    ['minAgeSeconds=3600', 'hit', 'hit'],
  ])('removes what %s means', async (query, chat, claude) => {
    await start();
    await cacheOf('one', 'docs');
    await cacheOf('two', 'news', 'claude/claude-fake');
    const removal = await read<Removal>(`${base}?${query}`, { method: 'DELETE' });
    expect(removal.before.memory - removal.removed.memory).toBe(removal.after.memory);
    expect([await cacheOf('one', 'docs'), await cacheOf('two', 'news', 'claude/claude-fake')]).toEqual([chat, claude]);
  });

  it('removes everything where nothing is said', async () => {
    await start();
    await cacheOf('one');
    expect(await read(base, { method: 'DELETE' })).toMatchObject({ removed: { memory: 1 }, after: { memory: 0 } });
    expect(await cacheOf('one')).toBe('miss');
  });

  it('removes nothing where it is not understood', async () => {
    await start();
    await cacheOf('one');
    expect((await send(`${base}?tga=docs`, { method: 'DELETE' })).status).toBe(400);
    expect(await cacheOf('one')).toBe('hit');
  });
});

describe('POST /api/admin/cache/warm', () => {
  it('tells how far it has come and what it came to', async () => {
    await start();
    await cacheOf('one');
    await cacheOf('one');
    const lines = await warm({ limit: 10, days: 1, maxBytes: 1_000_000 });
    const seen = { wanted: 1, loaded: 0, present: 1, missing: 0, refused: 0 };
    expect(lines).toMatchObject([
      { progress: seen },
      { report: { ...seen, before: { entries: 1 }, after: { entries: 1 } } },
    ]);
  });

  it('has a report where nothing was ever answered from the cache', async () => {
    await start();
    expect(await warm()).toMatchObject([{ report: { wanted: 0 } }]);
  });

  it('refuses what is no budget', async () => {
    await start();
    const response = await send(`${base}/warm`, { method: 'POST', body: '{"maxBytes":-1}' });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('maxBytes')]);
  });
});

describe('a gateway with keys', () => {
  it.each([
    ['GET', '', [403, 200, 200]],
    ['GET', '/entries', [403, 200, 200]],
    ['DELETE', '', [403, 403, 200]],
    ['POST', '/warm', [403, 403, 200]],
  ])('lets viewers look and administrators change what others have stored: %s %s', async (method, path, expected) => {
    await start({ auth: { mode: 'keys' } });
    const statuses: number[] = [];
    for (const role of ['client', 'viewer', 'admin'] as const) {
      const { key } = stack.server.host.current().keys.create({ name: role, role });
      const response = await send(`${base}${path}`, { method, headers: { 'x-api-key': key } });
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses).toEqual(expected);
  });
});
