import type { Observation } from '@claudette/core';
import type { Behaviour } from '@claudette/testing';
import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ask } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

/** What upstream does, and the calls that it must have got afterwards. */
interface Scenario {
  readonly name: string;
  readonly model: string;
  readonly chat?: readonly Behaviour[];
  readonly claude?: readonly Behaviour[];
  readonly calls: { readonly chat: number; readonly claude: number };
  /** With hedging, where that makes a difference. */
  readonly hedgedCalls?: { readonly chat: number; readonly claude: number };
  readonly status: number;
}

const USUAL_MS = 40;
const slow: Behaviour = { kind: 'delay', delayMs: 500 };
const failing: Behaviour = { kind: 'status', status: 500 };
const limited: Behaviour = { kind: 'status', status: 429, retryAfter: '0' };

const scenarios: readonly Scenario[] = [
  { name: 'nothing fails', model: 'both', calls: { chat: 1, claude: 0 }, status: 200 },
  { name: 'a retry', model: 'chat/gpt-fake', chat: [limited], calls: { chat: 2, claude: 0 }, status: 200 },
  { name: 'a failover', model: 'both', chat: [failing], calls: { chat: 1, claude: 1 }, status: 200 },
  {
    name: 'a failover and a retry',
    model: 'both',
    chat: [limited],
    claude: [failing],
    calls: { chat: 2, claude: 1 },
    status: 200,
  },
  {
    name: 'a slow target',
    model: 'both',
    chat: [slow],
    calls: { chat: 1, claude: 0 },
    hedgedCalls: { chat: 1, claude: 1 },
    status: 200,
  },
  {
    name: 'a slow target and a failing one',
    model: 'both',
    chat: [slow],
    claude: [failing],
    calls: { chat: 1, claude: 0 },
    hedgedCalls: { chat: 1, claude: 1 },
    status: 200,
  },
  {
    name: 'a slow target that has no other one',
    model: 'chat/gpt-fake',
    chat: [slow],
    calls: { chat: 1, claude: 0 },
    status: 200,
  },
  {
    name: 'a caller who asks for too much',
    model: 'both',
    chat: [{ kind: 'status', status: 400 }],
    calls: { chat: 1, claude: 0 },
    status: 400,
  },
];

const start = (routing: object): Promise<Stack> =>
  startStack({
    aliases: { both: ['chat/gpt-fake', 'claude/claude-fake'] },
    routing: { strategy: 'priority', maxAttempts: 3, healthIntervalMs: 0, ...routing },
    cache: { enabled: false },
  });

const ofKind = <K extends Observation['kind']>(stack: Stack, kind: K): Extract<Observation, { kind: K }>[] =>
  stack.observations.filter((one): one is Extract<Observation, { kind: K }> => one.kind === kind);

describe.each([false, true])('with hedging: %s, upstream gets what the plan says', (hedging) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await start({ hedge: { enabled: hedging }, retryBudgetRatio: 10 });
    // What is usual has to be known before anything can be called slow.
    for (const stream of [false, true]) {
      stack.chat.behave({ kind: 'delay', delayMs: USUAL_MS });
      const warming = Array.from({ length: 25 }, () =>
        ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake', stream }),
      );
      for (const response of await Promise.all(warming)) await response.text();
    }
  });
  beforeEach(() => stack.reset());
  afterAll(() => stack.close());

  const cells = scenarios.flatMap((scenario) => [false, true].map((stream) => ({ ...scenario, stream })));
  it.each(cells)('after $name (stream: $stream)', async ({ model, chat, claude, stream, status, ...expected }) => {
    if (chat) stack.chat.behave(chat);
    if (claude) stack.claude.behave(claude);
    const calls = (hedging ? expected.hedgedCalls : undefined) ?? expected.calls;

    const response = await ask(stack, { dialect: 'openai-chat', model, stream });
    const text = await response.text();
    expect(response.status).toBe(status);
    if (status === 200) expect(text).toContain(stream ? '[DONE]' : 'Echo: one two three');

    await eventually(() => ofKind(stack, 'exchange-end').length === 1);
    expect({ chat: stack.chat.count(), claude: stack.claude.count() }).toEqual(calls);
    expect(ofKind(stack, 'attempt-start')).toHaveLength(calls.chat + calls.claude);
    await eventually(() => ofKind(stack, 'attempt-end').length === calls.chat + calls.claude);
    expect(response.headers.get('x-claudette-attempts') ?? `${calls.chat + calls.claude}`).toBe(
      `${calls.chat + calls.claude}`,
    );
    await eventually(() => stack.chat.inFlight() + stack.claude.inFlight() === 0);
  });
});

describe('a hedge', () => {
  it('is taken back at once when the other one answers first, and what it may have cost is on record', async () => {
    const stack = await start({ hedge: { enabled: true } });
    stack.chat.behave({ kind: 'delay', delayMs: USUAL_MS });
    const warming = Array.from({ length: 25 }, () => ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake' }));
    for (const response of await Promise.all(warming)) await response.text();
    stack.chat.reset();
    stack.chat.behave([{ kind: 'delay', delayMs: 5_000 }]);

    const startedAt = performance.now();
    const response = await ask(stack, { dialect: 'openai-chat', model: 'both' });
    expect(response.headers.get('x-claudette-backend')).toBe('claude');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await eventually(() => stack.chat.calls[0]?.aborted === true);
    expect(ofKind(stack, 'hedge')).toHaveLength(1);
    expect(ofKind(stack, 'attempt-end')).toContainEqual(
      expect.objectContaining({ errorCode: 'superseded', outcome: 'abandoned', orphaned: true }),
    );
    await stack.close();
  });
});

describe('a storm', () => {
  it('is not made worse: 1,200 requests to targets that all fail make at most 1.1 calls each', async () => {
    const stack = await start({});
    stack.chat.behave(failing);
    stack.claude.behave({ kind: 'reset-before-headers' });
    const REQUESTS = 1_200;
    const WIDTH = 50;
    let asked = 0;
    const statuses = new Set<number>();
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        while (asked < REQUESTS) {
          asked += 1;
          const response = await ask(stack, { dialect: 'openai-chat', model: 'both' });
          statuses.add(response.status);
          await response.text();
        }
      }),
    );
    expect([...statuses].every((status) => status >= 500)).toBe(true);
    expect((stack.chat.count() + stack.claude.count()) / REQUESTS).toBeLessThanOrEqual(1.1);
    await stack.close();
  }, 60_000);
});
