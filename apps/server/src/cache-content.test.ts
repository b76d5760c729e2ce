import type { ExchangeRecord } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { ask } from './__fixtures__/raw-client.js';
import type { Asked } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
afterEach(() => stack.close());

const chat: Asked = { dialect: 'openai-chat', model: 'chat/gpt-fake', headers: { 'x-claudette-cache': 'on' } };

const cacheOf = async (asked: Asked, headers: Record<string, string> = {}): Promise<string | null> => {
  const response = await ask(stack, { ...asked, headers: { ...asked.headers, ...headers } });
  await response.text();
  return response.headers.get('x-claudette-cache');
};

const notStored = (): readonly string[] =>
  stack.observations.flatMap((one) => (one.kind === 'cache-not-stored' ? [one.reason] : []));

const completion = (text: string): string =>
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-fake',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  });

describe('who may share a stored answer', () => {
  const owners = [
    { name: 'ada at home', user: 'ada', team: 'core' },
    { name: 'ada at work', user: 'ada', team: 'core' },
    { name: 'bob', user: 'bob', team: 'core' },
    { name: 'eve', user: 'eve', team: 'sales' },
    { name: 'nobody' },
    { name: 'nobody else' },
  ];

  it.each([
    ['key', ['miss', 'miss', 'miss', 'miss', 'miss', 'miss']],
    ['user', ['miss', 'hit', 'miss', 'miss', 'miss', 'miss']],
    ['team', ['miss', 'hit', 'hit', 'miss', 'miss', 'miss']],
    ['shared', ['miss', 'hit', 'hit', 'hit', 'hit', 'hit']],
  ] as const)('with scope %s is decided by the gateway key', async (scope, expected) => {
    stack = await startStack({ auth: { mode: 'keys' }, cache: { scope } });
    const seen: (string | null)[] = [];
    for (const owner of owners) {
      const { key } = stack.server.host.current().keys.create(owner);
      seen.push(await cacheOf(chat, { 'x-api-key': key }));
    }
    expect(seen).toEqual(expected);
  });

  it('is not decided by anything that a client says of itself', async () => {
    stack = await startStack({ auth: { mode: 'keys' }, cache: { scope: 'user' } });
    const keys = ['ada', 'bob'].map((user) => stack.server.host.current().keys.create({ name: user, user }).key);
    const asAda = { fields: { user: 'ada', safety_identifier: 'ada' } };
    const headers = { 'x-claudette-user': 'ada', 'openai-organization': 'ada', 'x-claudette-session': 'ada' };
    for (const key of keys) {
      expect(await cacheOf({ ...chat, ...asAda }, { ...headers, 'x-api-key': key })).toBe('miss');
    }
  });
});

describe('what is served and not stored', () => {
  it.each([
    ['no-store', { 'cache-control': 'private, max-age=0, no-store, no-cache, must-revalidate' }, 'short', undefined],
    ['too-large', {}, 'x'.repeat(3_000), undefined],
    ['status', {}, 'short', 203],
  ] as const)('is counted: %s', async (reason, headers, text, status) => {
    stack = await startStack({ cache: { maxEntryBytes: 2_048 } });
    stack.chat.behave({
      kind: 'raw',
      contentType: 'application/json',
      headers,
      chunks: [completion(text)],
      ...(status && { status }),
    });
    const response = await ask(stack, chat);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: text } }] });
    expect(await cacheOf(chat)).toBe('miss');
    expect(notStored()).toEqual([reason, reason]);
    await eventually(async () =>
      (await stack.server.host.current().metricsText()).text.includes(
        `claudette_cache_not_stored_total{reason="${reason}"} 2`,
      ),
    );
  });

  it('is counted: a stream without its end', async () => {
    stack = await startStack();
    stack.chat.behave({ kind: 'early-end' });
    expect([await cacheOf({ ...chat, stream: true }), notStored()]).toEqual(['miss', ['incomplete']]);
  });

  it('tells the client that the provider wants nothing to be stored, in a stream too', async () => {
    stack = await startStack();
    const chunk = (delta: object, finish: string | null): string =>
      `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-fake', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    stack.chat.behave({
      kind: 'raw',
      headers: { 'cache-control': 'no-store' },
      chunks: [chunk({ role: 'assistant', content: 'hi' }, null), chunk({}, 'stop'), 'data: [DONE]\n\n'],
    });
    const response = await ask(stack, { ...chat, stream: true });
    await response.text();
    expect([response.headers.get('cache-control'), notStored()]).toEqual(['no-store', ['no-store']]);
  });
});

describe('Cache-Control of a client', () => {
  it.each([
    ['no-cache', 'miss'],
    ['max-age=0', 'miss'],
    ['max-age=60', 'hit'],
    ['no-store', 'hit'],
    ['only-if-cached', 'hit'],
  ])('%s makes a %s of a stored answer', async (wish, expected) => {
    stack = await startStack();
    await cacheOf(chat);
    expect(await cacheOf(chat, { 'cache-control': wish })).toBe(expected);
  });

  it('no-store keeps an answer from being stored', async () => {
    stack = await startStack();
    expect([await cacheOf(chat, { 'cache-control': 'no-store' }), await cacheOf(chat)]).toEqual(['miss', 'miss']);
  });

  it('only-if-cached asks no backend', async () => {
    stack = await startStack();
    const response = await ask(stack, { ...chat, headers: { 'cache-control': 'only-if-cached' } });
    expect([response.status, stack.chat.count()]).toEqual([504, 0]);
  });

  it('is told the age of what it gets', async () => {
    stack = await startStack();
    await cacheOf(chat);
    const response = await ask(stack, chat);
    expect(response.headers.get('age')).toMatch(/^\d+$/);
  });
});

const recordsOf = (): readonly ExchangeRecord[] =>
  stack.observations.flatMap((one) => (one.kind === 'exchange-end' ? [one.record] : []));

describe('a hit', () => {
  it('costs nothing, and has saved what the answer cost', async () => {
    stack = await startStack();
    const asked = { ...chat, model: 'chat/gpt-4o-mini' };
    expect([await cacheOf(asked), await cacheOf(asked)]).toEqual(['miss', 'hit']);
    await eventually(() => recordsOf().length === 2);
    const [miss, hit] = recordsOf();
    expect(miss?.cost?.nano).toBeGreaterThan(0n);
    expect(hit).toMatchObject({ cost: { nano: 0n }, saved: miss?.cost, usage: miss?.usage });
  });
});

describe('a stored stream', () => {
  const timeOf = async (headers: Record<string, string> = {}): Promise<{ text: string; ms: number }> => {
    const startedAt = performance.now();
    const response = await ask(stack, { ...chat, stream: true, headers: { ...chat.headers, ...headers } });
    return { text: await response.text(), ms: performance.now() - startedAt };
  };

  it('comes at once, and at its original pace when that is asked for', async () => {
    stack = await startStack();
    stack.chat.behave([{ kind: 'slow-drip', everyMs: 60 }]);
    const first = await timeOf();
    const [hit, paced] = [await timeOf(), await timeOf({ 'x-claudette-cache-pace': 'original' })];
    expect([hit.text, paced.text]).toEqual([first.text, first.text]);
    expect(paced.ms).toBeGreaterThan(first.ms * 0.8);
    expect(hit.ms).toBeLessThan(first.ms / 2);
    expect(stack.chat.count()).toBe(1);
  });

  it('stops when its reader leaves', async () => {
    stack = await startStack();
    stack.chat.behave([{ kind: 'slow-drip', everyMs: 60 }]);
    await timeOf();
    const controller = new AbortController();
    const response = await ask(stack, {
      ...chat,
      stream: true,
      headers: { ...chat.headers, 'x-claudette-cache-pace': 'original' },
      signal: controller.signal,
    });
    await response.body?.getReader().read();
    controller.abort();
    await eventually(() => stack.server.host.current().status().openExchanges === 0);
    expect(recordsOf().at(-1)).toMatchObject({ cache: 'hit', outcome: 'abandoned', cost: { nano: 0n } });
  });
});
