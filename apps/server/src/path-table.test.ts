import type { ExchangeRecord, Observation } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Behaviour } from '@claudette/testing';
import { eventually } from '@claudette/testing';

import { ask, readStream } from './__fixtures__/raw-client.js';
import type { Asked } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

/** One way an exchange can go, and everything that must be so afterwards. */
interface Row {
  readonly name: string;
  readonly chat?: readonly Behaviour[];
  readonly claude?: readonly Behaviour[];
  readonly ask: Asked;
  /** The client leaves once it has seen so much of the stream. */
  readonly leavesAfter?: string;
  readonly status: number;
  /** Part of what the client reads. */
  readonly says?: string;
  readonly attempts: number;
  readonly record: Partial<ExchangeRecord>;
  /** The same request again is answered from the cache. */
  readonly cached: boolean;
}

const chat = { dialect: 'openai-chat', model: 'chat/gpt-fake' } as const;
const both = { dialect: 'openai-chat', model: 'both' } as const;
const on = { headers: { 'x-claudette-cache': 'on' } } as const;

const rows: readonly Row[] = [
  {
    name: 'a whole answer',
    ask: { ...chat, ...on },
    status: 200,
    says: 'Echo',
    attempts: 1,
    record: { outcome: 'complete', cache: 'miss', finishReason: 'stop' },
    cached: true,
  },
  {
    name: 'a stream',
    ask: { ...chat, ...on, stream: true },
    status: 200,
    says: '[DONE]',
    attempts: 1,
    record: { outcome: 'complete', cache: 'miss', stream: true },
    cached: true,
  },
  {
    name: 'a translated stream',
    ask: { dialect: 'anthropic-messages', model: 'chat/gpt-fake', ...on, stream: true },
    status: 200,
    says: 'message_stop',
    attempts: 1,
    record: { outcome: 'complete' },
    cached: true,
  },
  {
    name: 'a call that the cache stays out of',
    ask: chat,
    status: 200,
    attempts: 1,
    record: { outcome: 'complete', cache: 'bypass' },
    cached: false,
  },
  {
    name: 'a failover after an error',
    ask: { ...both, ...on },
    chat: [{ kind: 'status', status: 500 }],
    status: 200,
    says: 'Echo',
    attempts: 2,
    record: { outcome: 'complete', attempts: 2 },
    cached: true,
  },
  {
    name: 'a failover after a stall before the first content',
    ask: { ...both, stream: true },
    chat: [{ kind: 'stall', beforeContent: true }],
    status: 200,
    says: '[DONE]',
    attempts: 2,
    record: { outcome: 'complete', attempts: 2 },
    cached: false,
  },
  {
    name: 'a retry of the only target after 429',
    ask: { ...chat, ...on },
    chat: [{ kind: 'status', status: 429, retryAfter: '0' }],
    status: 200,
    says: 'Echo',
    attempts: 2,
    record: { outcome: 'complete', attempts: 2 },
    cached: true,
  },
  {
    name: 'a refusal by the backend',
    ask: { ...both, ...on },
    chat: [{ kind: 'status', status: 400, message: 'too clever' }],
    status: 400,
    says: 'too clever',
    attempts: 1,
    record: { outcome: 'failed', errorCode: 'upstream_rejected' },
    cached: false,
  },
  {
    name: 'a stream cut after its first content',
    ask: { ...both, ...on, stream: true },
    chat: [{ kind: 'reset' }],
    status: 200,
    says: '"error"',
    attempts: 1,
    record: { outcome: 'failed', errorCode: 'upstream_broken' },
    cached: false,
  },
  {
    name: 'a stream that ends without its end',
    ask: { ...both, ...on, stream: true },
    chat: [{ kind: 'early-end' }],
    status: 200,
    says: '"error"',
    attempts: 1,
    record: { outcome: 'failed', errorCode: 'stream_broken' },
    cached: false,
  },
  {
    name: 'a stream that stalls after its first content',
    ask: { ...both, ...on, stream: true },
    chat: [{ kind: 'stall' }],
    status: 200,
    says: '"error"',
    attempts: 1,
    record: { outcome: 'failed', errorCode: 'upstream_timeout' },
    cached: false,
  },
  {
    name: 'failures everywhere',
    ask: { ...both, ...on },
    chat: [{ kind: 'html-502' }, { kind: 'html-502' }],
    claude: [{ kind: 'reset-before-headers' }, { kind: 'reset-before-headers' }],
    status: 503,
    says: 'claude/claude-fake',
    attempts: 3,
    record: { outcome: 'failed', errorCode: 'no_backend_available' },
    cached: false,
  },
  {
    name: 'an unknown model',
    ask: { ...chat, model: 'gpt-fakd' },
    status: 404,
    says: 'gpt-fake',
    attempts: 0,
    record: { outcome: 'failed', errorCode: 'model_not_found', attempts: 0 },
    cached: false,
  },
  {
    name: 'a budget that is too short',
    ask: { ...chat, headers: { 'x-claudette-timeout-ms': '60' } },
    chat: [{ kind: 'delay', delayMs: 1000 }],
    status: 504,
    attempts: 1,
    record: { outcome: 'failed', errorCode: 'deadline_exceeded' },
    cached: false,
  },
  {
    name: 'a miss when only a stored answer would do',
    ask: { ...chat, headers: { 'x-claudette-cache': 'only' } },
    status: 504,
    attempts: 0,
    record: { outcome: 'failed', errorCode: 'cache_only_miss' },
    cached: false,
  },
  {
    name: 'a strict request that would lose a field',
    ask: { ...chat, model: 'claude/claude-fake', headers: { 'x-claudette-strict': 'true' }, fields: { seed: 7 } },
    status: 400,
    says: 'seed',
    attempts: 0,
    record: { outcome: 'failed', errorCode: 'translation_refused' },
    cached: false,
  },
  {
    name: 'a client that leaves in the middle',
    ask: { ...chat, ...on, stream: true },
    chat: [{ kind: 'slow-drip', everyMs: 30 }],
    leavesAfter: 'one',
    status: 200,
    attempts: 1,
    record: { outcome: 'abandoned', errorCode: 'client_aborted' },
    cached: false,
  },
];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    aliases: { both: ['chat/gpt-fake', 'claude/claude-fake'] },
    routing: { strategy: 'priority', maxAttempts: 3, retryBudgetRatio: 10 },
  });
});
beforeEach(async () => {
  stack.reset();
  await stack.server.host.current().cache?.clear();
});
afterAll(() => stack.close());

const ofKind = <K extends Observation['kind']>(kind: K): Extract<Observation, { kind: K }>[] =>
  stack.observations.filter((one): one is Extract<Observation, { kind: K }> => one.kind === kind);

async function readUntil(response: Response, text: string): Promise<string> {
  let seen = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    seen += decoder.decode(chunk as Uint8Array, { stream: true });
    if (seen.includes(text)) break;
  }
  return seen;
}

const exchangesCounted = async (): Promise<number> => {
  const { text } = await stack.server.host.current().metricsText();
  return [...text.matchAll(/^claudette_exchanges_total\{[^}]*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
};

const rowsInLedger = async (): Promise<number> =>
  (await stack.server.host.current().usage({ groupBy: 'none' })).reduce((sum, { requests }) => sum + requests, 0);

describe('after', () => {
  it.each(rows)('$name, everything is as it should be', async (row) => {
    if (row.chat) stack.chat.behave(row.chat);
    if (row.claude) stack.claude.behave(row.claude);
    const rowsBefore = await rowsInLedger();

    const response = await ask(stack, row.ask);
    const seen =
      row.leavesAfter === undefined
        ? (await readStream(response, row.ask.dialect)).raw
        : await readUntil(response, row.leavesAfter);
    expect(response.status).toBe(row.status);
    if (row.says !== undefined) expect(seen).toContain(row.says);

    await eventually(() => ofKind('exchange-end').length === 1);
    expect(ofKind('exchange-end')[0]?.record).toMatchObject(row.record);
    expect(ofKind('exchange-start')).toHaveLength(1);
    expect(ofKind('attempt-start')).toHaveLength(row.attempts);
    expect(stack.chat.count() + stack.claude.count()).toBe(row.attempts);

    await eventually(() => stack.chat.inFlight() + stack.claude.inFlight() === 0);
    await eventually(() => ofKind('attempt-end').length === row.attempts);
    const { openExchanges, pool } = stack.server.host.current().status();
    expect(openExchanges).toBe(0);
    expect(pool.map(({ running, pending }) => running + pending)).toEqual(pool.map(() => 0));
    expect(await rowsInLedger()).toBe(rowsBefore + 1);
    // The text of the metrics may be a quarter of a second old.
    await eventually(async () => (await exchangesCounted()) === rowsBefore + 1);

    const again = await ask(stack, row.ask);
    await again.text();
    expect(again.headers.get('x-claudette-cache') === 'hit').toBe(row.cached);
  });
});

describe('a hit', () => {
  it('replays a stream as a stream, byte for byte, at no cost', async () => {
    const asked: Asked = { ...chat, ...on, stream: true };
    const first = await (await ask(stack, asked)).text();
    const second = await ask(stack, asked);
    expect(await second.text()).toBe(first);
    expect(second.headers.get('x-claudette-attempts')).toBe('0');
    expect(second.headers.has('age')).toBe(true);
    expect(stack.chat.count()).toBe(1);
    expect(ofKind('exchange-end')[1]?.record).toMatchObject({ cache: 'hit', cost: { nano: 0n } });
  });

  it('is a whole body for a client that wants one', async () => {
    await (await ask(stack, { ...chat, ...on, stream: true })).text();
    const whole = await ask(stack, { ...chat, ...on });
    expect(whole.headers.get('x-claudette-cache')).toBe('hit');
    expect(await whole.json()).toMatchObject({ choices: [{ message: { content: 'Echo: one two three' } }] });
  });
});

describe('single flight', () => {
  it.each([true, false])('makes one upstream call of 50 equal requests (stream: %s)', async (stream) => {
    stack.chat.behave({ kind: 'delay', delayMs: 300 });
    const responses = await Promise.all(Array.from({ length: 50 }, () => ask(stack, { ...chat, ...on, stream })));
    const texts = new Set(
      await Promise.all(responses.map(async (response) => (await response.text()).replace(/"id":"[^"]*"/g, ''))),
    );
    expect(texts.size).toBe(1);
    expect(stack.chat.count()).toBe(1);
    expect(responses.filter((response) => response.headers.get('x-claudette-cache') === 'miss')).toHaveLength(1);
    await eventually(() => ofKind('exchange-end').length === 50);
  });
});
