import type { DialectId } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Behaviour } from '@claudette/testing';

import { ask, readStream } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

/** What a fault after the first content leads to: the client is told, or the answer was whole after all. */
type Ending = 'told' | 'whole';

const faults: readonly (readonly [name: string, behaviour: Behaviour, ending: Ending])[] = [
  ['reset', { kind: 'reset' }, 'told'],
  ['early end', { kind: 'early-end' }, 'told'],
  ['stall', { kind: 'stall' }, 'told'],
  ['bad JSON line', { kind: 'bad-json' }, 'told'],
  ['split UTF-8', { kind: 'split-utf8' }, 'whole'],
  ['split frame', { kind: 'split-frame' }, 'whole'],
  ['in-band error', { kind: 'in-band-error' }, 'told'],
  ['missing finish', { kind: 'missing-finish' }, 'told'],
  ['duplicate terminal', { kind: 'duplicate-terminal' }, 'whole'],
  ['gzip cut', { kind: 'gzip-cut' }, 'told'],
  ['slow drip', { kind: 'slow-drip', everyMs: 5 }, 'whole'],
  ['trailing garbage', { kind: 'trailing-garbage' }, 'whole'],
];

const models: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'chat/gpt-fake',
  'anthropic-messages': 'claude/claude-fake',
};
const pairs = dialectIds.flatMap((from) => dialectIds.map((to) => [from, to] as const));

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    aliases: { both: ['chat/gpt-fake', 'claude/claude-fake'], mirrored: ['claude/claude-fake', 'chat/gpt-fake'] },
    routing: { strategy: 'priority' },
    resilience: { breaker: { volume: 1_000_000 } },
  });
});
beforeEach(() => {
  stack.chat.reset();
  stack.claude.reset();
  stack.observations.length = 0;
});
afterAll(() => stack.close());

describe.each(pairs)('a stream from a %s client to a %s backend', (from, to) => {
  it.each(faults)('tells the truth about a fault after the first content: %s', async (_name, behaviour, ending) => {
    const backend = to === 'openai-chat' ? stack.chat : stack.claude;
    backend.behave(behaviour);
    const response = await ask(stack, {
      dialect: from,
      model: models[to],
      stream: true,
      content: 'eins zwei drei vier',
    });
    const seen = await readStream(response, from);
    expect({ stopped: seen.stopped, failed: seen.failed }).toEqual(
      ending === 'whole' ? { stopped: true, failed: false } : { stopped: false, failed: true },
    );
    expect(backend.count()).toBe(1);
    expect(seen.raw.match(/message_stop"|\[DONE\]/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});

const beforeContent: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ['reset before headers', { kind: 'reset-before-headers' }],
  ['reset', { kind: 'reset', beforeContent: true }],
  ['early end', { kind: 'early-end', beforeContent: true }],
  ['stall', { kind: 'stall', beforeContent: true }],
  ['bad JSON line', { kind: 'bad-json', beforeContent: true }],
  ['in-band error', { kind: 'in-band-error', beforeContent: true }],
  ['gzip cut', { kind: 'gzip-cut', beforeContent: true }],
  ['status 500', { kind: 'status', status: 500 }],
  ['status 529', { kind: 'status', status: 529 }],
  ['status 429', { kind: 'status', status: 429 }],
  ['status 401', { kind: 'status', status: 401 }],
  ['error page', { kind: 'html-502' }],
  ['error with status 200', { kind: 'error-in-200' }],
  ['cut JSON body', { kind: 'invalid-json-body' }],
];

describe.each(pairs)('a failover under a %s client from a %s backend', (from, first) => {
  const alias = first === 'openai-chat' ? 'both' : 'mirrored';

  it.each(beforeContent)('leaks nothing and takes one extra call after: %s', async (_name, behaviour) => {
    const [failing, healthy] = first === 'openai-chat' ? [stack.chat, stack.claude] : [stack.claude, stack.chat];
    failing.behave(behaviour);
    const response = await ask(stack, { dialect: from, model: alias, stream: true });
    const seen = await readStream(response, from);
    expect(seen).toMatchObject({ text: 'Echo: one two three', stopped: true, failed: false });
    expect(response.headers.get('x-claudette-attempts')).toBe('2');
    expect([failing.count(), healthy.count()]).toEqual([1, 1]);
  });
});
