import type { DialectId } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Behaviour } from '@claudette/testing';

import { ask, readStream } from './__fixtures__/raw-client.js';
import { models, startStack } from './__fixtures__/start-stack.js';
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

const pairs = dialectIds.flatMap((from) => dialectIds.map((to) => [from, to] as const));

/** Another dialect than this one: the next one, so that each is failed from and failed over to. */
const after = (dialect: DialectId): DialectId =>
  dialectIds[(dialectIds.indexOf(dialect) + 1) % dialectIds.length] ?? dialect;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    aliases: Object.fromEntries(dialectIds.map((first) => [`${first}-first`, [models[first], models[after(first)]]])),
    routing: { strategy: 'priority', retryBudgetRatio: 10 },
  });
});
beforeEach(() => stack.reset());
afterAll(() => stack.close());

describe.each(pairs)('a stream from a %s client to a %s backend', (from, to) => {
  it.each(faults)('tells the truth about a fault after the first content: %s', async (_name, behaviour, ending) => {
    const backend = stack.providers[to];
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
    // Older Gemini models say the finish reason in every chunk, so that its readers take the last one; bytes stay bytes.
    if (from !== 'gemini' || to !== 'gemini') expect(seen.stops).toBeLessThanOrEqual(1);
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
  ['status 429', { kind: 'status', status: 429, retryAfter: '0' }],
  ['status 401', { kind: 'status', status: 401 }],
  ['error page', { kind: 'html-502' }],
  ['error with status 200', { kind: 'error-in-200' }],
  ['cut JSON body', { kind: 'invalid-json-body' }],
];

describe.each(pairs)('a failover under a %s client from a %s backend', (from, first) => {
  it.each(beforeContent)('leaks nothing and takes one extra call after: %s', async (_name, behaviour) => {
    const [failing, healthy] = [stack.providers[first], stack.providers[after(first)]];
    failing.behave(behaviour);
    const response = await ask(stack, { dialect: from, model: `${first}-first`, stream: true });
    const seen = await readStream(response, from);
    expect(seen).toMatchObject({ text: 'Echo: one two three', stopped: true, failed: false });
    expect(response.headers.get('x-claudette-attempts')).toBe('2');
    expect([failing.count(), healthy.count()]).toEqual([1, 1]);
  });
});
