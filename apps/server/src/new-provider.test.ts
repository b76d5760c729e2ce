import type { DialectId } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import { createFakeProvider } from '@claudette/testing';
import type { FakeProvider } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ask, readStream } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

/** A vendor that nobody here has heard of is some lines of configuration, whatever it speaks. */
let vendor: FakeProvider;
let stack: Stack;
beforeAll(async () => {
  vendor = await createFakeProvider({ strict: true, apiKey: 'sk-fake-0123456789' });
  const backend = (dialect: DialectId): Record<string, unknown> => ({
    provider: 'openai-compatible',
    dialect,
    // The version stands in the address for the dialects of OpenAI, and in the path of the others.
    baseUrl: dialect.startsWith('openai') ? `${vendor.url}/v1` : vendor.url,
    apiKey: 'env:FAKE_KEY',
    models: ['acme-1'],
    headers: { 'x-acme': 'yes' },
  });
  stack = await startStack({
    backends: Object.fromEntries(dialectIds.map((dialect) => [`acme-${dialect}`, backend(dialect)])),
    routing: { fallback: false, maxAttempts: 1 },
  });
});
beforeEach(() => vendor.reset());
afterAll(async () => {
  await stack.close();
  await vendor.close();
});

const pairs = dialectIds.flatMap((from) => dialectIds.map((to) => [from, to] as const));

describe.each(pairs)('a new vendor under a %s client that speaks %s', (from, to) => {
  const asked = { dialect: from, model: `acme-${to}/acme-1` };

  it('answers, and is asked for nothing that its dialect does not have', async () => {
    const response = await ask(stack, asked);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('Echo: one two three')]);
    expect(vendor.calls).toMatchObject([{ dialect: to, model: 'acme-1', headers: { 'x-acme': 'yes' } }]);
  });

  it('answers in a stream', async () => {
    const response = await ask(stack, { ...asked, stream: true });
    expect(await readStream(response, from)).toMatchObject({ text: 'Echo: one two three', stops: 1, failed: false });
  });
});

it('is listed with its models', async () => {
  const { data } = (await (await fetch(`${stack.url}/v1/models`)).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(dialectIds.map((dialect) => `acme-${dialect}/acme-1`)),
  );
});
