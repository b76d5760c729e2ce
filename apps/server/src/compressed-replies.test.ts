import { dialectIds } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ask, readStream } from './__fixtures__/raw-client.js';
import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false } }, { timeouts: patient });
});
beforeEach(() => {
  stack.reset();
});
afterAll(() => stack.close());

const encodings = ['gzip', 'br', 'deflate', 'zstd'] as const;
const pairs = dialectIds.flatMap((from) => dialectIds.map((to) => [from, to] as const));

describe.each(pairs)('a compressed reply to a %s client from a %s backend', (from, to) => {
  it.each(encodings)('is read as %s, streamed and whole', async (encoding) => {
    stack.providers[to].behave({ kind: 'answer', encoding });
    const asked = { dialect: from, model: models[to], content: 'eins zwei drei' };
    const streamed = await ask(stack, { ...asked, stream: true });
    expect(streamed.headers.get('content-encoding')).toBeNull();
    expect(await readStream(streamed, from)).toMatchObject({
      text: 'Echo: eins zwei drei',
      stopped: true,
      failed: false,
    });
    const whole = await ask(stack, asked);
    expect(whole.headers.get('content-encoding')).toBeNull();
    expect(await whole.text()).toContain('Echo: eins zwei drei');
  });
});
