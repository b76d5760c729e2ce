import type { Observation } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ask } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

const MOST_MS = 100;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    aliases: { both: ['chat/gpt-fake', 'claude/claude-fake'] },
    routing: { strategy: 'priority', hedge: { enabled: true }, healthIntervalMs: 0 },
    cache: { enabled: false },
  });
});
beforeEach(() => stack.reset());
afterAll(() => stack.close());

/** Sends a request, leaves once `isThere` is true, and resolves when the gateway has noted that the client left. */
async function leaveWhen(isThere: () => boolean, asked: { readonly model: string; readonly stream: boolean }) {
  const client = new AbortController();
  const response = ask(stack, { dialect: 'openai-chat', signal: client.signal, ...asked })
    .then((answer) => answer.text())
    .catch(() => undefined);
  await eventually(isThere);
  client.abort();
  const leftAt = performance.now();
  const within = (what: () => boolean): Promise<void> =>
    eventually(what).then(() => expect(performance.now() - leftAt).toBeLessThan(MOST_MS));
  await response;
  return within;
}

const ended = (): Observation | undefined => stack.observations.find(({ kind }) => kind === 'exchange-end');
const hasEndedAbandoned = (): boolean => {
  const end = ended();
  return end?.kind === 'exchange-end' && end.record.outcome === 'abandoned';
};

describe('a client that leaves', () => {
  it('before the headers ends the call upstream', async () => {
    stack.chat.behave({ kind: 'delay', delayMs: 60_000 });
    const within = await leaveWhen(() => stack.chat.count() === 1, { model: 'chat/gpt-fake', stream: false });
    await within(() => stack.chat.calls[0]?.aborted === true && hasEndedAbandoned());
  });

  it('before the first content ends the stream upstream', async () => {
    stack.chat.behave({ kind: 'stall', beforeContent: true });
    const within = await leaveWhen(() => (stack.chat.calls[0]?.sentBytes ?? 0) > 0, {
      model: 'chat/gpt-fake',
      stream: true,
    });
    await within(() => stack.chat.calls[0]?.aborted === true && hasEndedAbandoned());
  });

  it('in the middle ends the stream upstream', async () => {
    stack.chat.behave({ kind: 'slow-drip', everyMs: 50 });
    const hasBegun = (): boolean => (stack.chat.calls[0]?.sentBytes ?? 0) > 400;
    const within = await leaveWhen(hasBegun, { model: 'chat/gpt-fake', stream: true });
    await within(() => stack.chat.calls[0]?.aborted === true && hasEndedAbandoned());
  });

  it('while a retry is waited for is not answered by another call', async () => {
    stack.chat.behave([{ kind: 'status', status: 503, retryAfter: '2' }]);
    const hasFailed = (): boolean => stack.observations.some(({ kind }) => kind === 'attempt-end');
    const within = await leaveWhen(hasFailed, { model: 'chat/gpt-fake', stream: false });
    await within(hasEndedAbandoned);
    expect(stack.chat.count()).toBe(1);
  });

  it('during a hedge ends both calls', async () => {
    stack.chat.behave({ kind: 'delay', delayMs: 30 });
    const warming = Array.from({ length: 25 }, () => ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake' }));
    for (const response of await Promise.all(warming)) await response.text();
    stack.chat.reset();
    stack.observations.length = 0;
    for (const provider of [stack.chat, stack.claude]) provider.behave({ kind: 'delay', delayMs: 60_000 });

    const areBothAsked = (): boolean => stack.chat.count() === 1 && stack.claude.count() === 1;
    const within = await leaveWhen(areBothAsked, { model: 'both', stream: false });
    await within(() => [stack.chat, stack.claude].every(({ calls }) => calls[0]?.aborted === true));
    await within(hasEndedAbandoned);
  });
});

describe('a client that leaves before the connection is made', () => {
  it('leaves the queue, and nothing is sent for it', async () => {
    const busy = await startStack({
      backends: {
        chat: {
          provider: 'openai-compatible',
          baseUrl: `${stack.chat.url}/v1`,
          models: ['gpt-fake'],
          limits: { concurrency: 1 },
        },
      },
      cache: { enabled: false },
    });
    stack.chat.behave([{ kind: 'delay', delayMs: 300 }]);
    const first = ask(busy, { dialect: 'openai-chat', model: 'gpt-fake' });
    await eventually(() => stack.chat.count() === 1);

    const client = new AbortController();
    const second = ask(busy, { dialect: 'openai-chat', model: 'gpt-fake', signal: client.signal }).catch(() => 'left');
    await eventually(() => busy.observations.filter(({ kind }) => kind === 'attempt-start').length === 2);
    client.abort();
    const leftAt = performance.now();
    await eventually(() => busy.observations.some(({ kind }) => kind === 'exchange-end'));
    expect(performance.now() - leftAt).toBeLessThan(MOST_MS);
    expect(await second).toBe('left');
    await (await first).text();
    expect(stack.chat.count()).toBe(1);
    await busy.close();
  });
});
