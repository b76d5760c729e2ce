import type { DialectId } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';
import type { Ask } from './dialect-matrix/__fixtures__/client.js';
import { createClient } from './dialect-matrix/__fixtures__/create-client.js';
import type { Question } from './dialect-matrix/__fixtures__/question.js';
import type { Seen } from './dialect-matrix/__fixtures__/seen.js';

const dialects: readonly DialectId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'];
const framings = [true, false];

const weather = {
  name: 'get_weather',
  description: 'The weather in a city',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
} as const;
const toQuestion = (text: string): Question => ({
  system: 'Answer briefly.',
  turns: [{ by: 'user', text }],
  tools: [weather],
});
const answer = {
  kind: 'answer',
  reasoning: ['Let me ', 'think.'],
  deltas: ['I will ', 'look it up.'],
  toolCalls: [{ name: 'get_weather', arguments: '{"city":"Bern"}' }],
  finish: 'tool-calls',
} as const;

/** How it was cut, and where ids had to be made up, depends on how the answer was asked for. */
const however = { pieces: expect.any(Array), callIds: expect.any(Number) };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({}, { timeouts: patient });
});
beforeEach(() => stack.reset());
afterAll(() => stack.close());

/** What an official SDK makes of the answer, and what the cache did. */
const askAs = async (
  dialect: DialectId,
  ask: Ask,
  cache: 'on' | 'off',
): Promise<{
  readonly seen: Seen;
  readonly status: string | null;
}> => {
  let headers = new Headers();
  const client = createClient(dialect, {
    url: stack.url,
    fetch: async (input, init) => {
      const sent = new Headers(init?.headers);
      sent.set('x-claudette-cache', cache);
      // A backend of its dialect would answer in another version of it than it answers all others in.
      if (ask.model === models['anthropic-messages']) sent.delete('anthropic-version');
      // Of all dialects, only the tools of Responses are strict where nothing is said.
      const body = String(init?.body).replace('"strict":false', '"strict":null');
      const response = await fetch(input, { ...init, body, headers: sent });
      ({ headers } = response);
      return response;
    },
  });
  const seen = await client.ask(ask);
  return { seen, status: headers.get('x-claudette-cache') };
};

describe.each(dialects)('an answer of a backend that speaks %s', (target) => {
  const model = models[target];

  it.each(dialects.flatMap((maker) => framings.map((stream) => ({ maker, stream }))))(
    'that $maker asked for (stream: $stream) is a hit for everybody, with all that it says',
    async ({ maker, stream }) => {
      const provider = stack.providers[target];
      provider.behave(answer);
      const question = toQuestion(`What is the weather in Bern, ${maker}, ${target}, ${String(stream)}?`);
      expect((await askAs(maker, { model, question, stream }, 'on')).status).toBe('miss');

      for (const reader of dialects) {
        for (const whole of framings) {
          const { seen, status } = await askAs(reader, { model, question, stream: !whole }, 'on');
          const { seen: asked } = await askAs(reader, { model, question, stream: !whole }, 'off');
          expect({ reader, whole, status, seen }).toEqual({
            reader,
            whole,
            status: 'hit',
            seen: { ...asked, ...however },
          });
          expect(seen).toMatchObject({ text: 'I will look it up.', toolCalls: [{ arguments: { city: 'Bern' } }] });
          expect(seen.usage?.output).toBeGreaterThan(0);
        }
      }
      // One to make it, and eight that went past the cache to compare with.
      expect(provider.count()).toBe(9);
    },
  );
});
