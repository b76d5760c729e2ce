import type { DialectId } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import { GoogleGenAI } from '@google/genai';
import type { Part, PartListUnion } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { openConversation } from './__fixtures__/conversation.js';
import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

/** From Gemini 3 on, a call without its signature is refused. */
const targets: Readonly<Record<DialectId, string>> = { ...models, gemini: 'gemini/gemini-3-fake' };

/** What the provider of each dialect handed out with its first turn and wants back, where it stood. */
const ownState: Readonly<Record<DialectId, unknown>> = {
  'openai-chat': {},
  'openai-responses': {
    input: expect.arrayContaining([
      expect.objectContaining({ type: 'reasoning', id: expect.any(String), encrypted_content: expect.any(String) }),
    ]),
  },
  'anthropic-messages': {
    messages: expect.arrayContaining([
      expect.objectContaining({
        role: 'assistant',
        content: expect.arrayContaining([
          expect.objectContaining({ type: 'thinking', signature: expect.any(String) }),
          expect.objectContaining({ type: 'redacted_thinking', data: expect.any(String) }),
        ]),
      }),
    ]),
  },
  gemini: {
    contents: expect.arrayContaining([
      expect.objectContaining({
        role: 'model',
        parts: expect.arrayContaining([
          expect.objectContaining({
            functionCall: expect.objectContaining({ name: 'weather' }),
            thoughtSignature: expect.stringMatching(/^(?!skip_thought)/),
          }),
        ]),
      }),
    ]),
  },
};

const seals = /clst_/;
/** Words that only stand where opaque state does; the second is Google's own for calls of other models. */
const stateOf = (body: unknown): string[] =>
  JSON.stringify(body)
    .replaceAll('"thoughtSignature":"skip_thought_signature_validator"', '')
    .match(/"(?:thoughtSignature|encrypted_content|signature|redacted_thinking)":"[^"]+"|clst_/g) ?? [];

const pairs = dialectIds.flatMap((from) => dialectIds.map((to) => [from, to] as const));
const framings = [
  ['whole', false],
  ['streamed', true],
] as const;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
});
beforeEach(() => {
  stack.reset();
});
afterAll(() => stack.close());

describe.each(pairs)('a tool loop of a %s client over a %s backend', (from, to) => {
  it.each(framings)('brings the provider its own state back, %s', async (_name, stream) => {
    const conversation = openConversation(stack, from);
    conversation.say('redact, in parallel');
    expect(await conversation.next(targets[to], stream)).toEqual({ text: '', calls: ['weather', 'traffic'] });
    conversation.answerCalls('sunny');
    expect(await conversation.next(targets[to], stream)).toEqual({
      text: 'The tool said: sunny and sunny',
      calls: [],
    });
    const { calls } = stack.providers[to];
    expect(calls).toHaveLength(2);
    expect(calls[1]?.json).toMatchObject(ownState[to] as object);
    expect(calls[1]?.body.toString('utf8')).not.toMatch(seals);
  });

  it.each(framings)('keeps that state when the conversation goes on, %s', async (_name, stream) => {
    const conversation = openConversation(stack, from);
    conversation.say('redact this');
    await conversation.next(targets[to], stream);
    conversation.answerCalls('sunny');
    await conversation.next(targets[to], stream);
    conversation.say('redact that as well');
    expect((await conversation.next(targets[to], stream)).calls).toEqual(['weather']);
    expect(stack.providers[to].calls[2]?.json).toMatchObject(ownState[to] as object);
  });
});

/** It keeps one content for each chunk of a stream; whether Google takes them is between the two, for the bytes pass. */
describe.each(dialectIds.filter((to) => to !== 'gemini'))('a chat of the Google SDK over a %s backend', (to) => {
  it('brings the provider its own state back, streamed', async () => {
    const client = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: stack.url, fetch } });
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const tools = [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: parameters }] }];
    const thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 };
    const chat = client.chats.create({ model: targets[to], config: { tools, thinkingConfig } });
    const send = async (message: PartListUnion): Promise<readonly Part[]> => {
      const parts: Part[] = [];
      for await (const { candidates } of await chat.sendMessageStream({ message })) {
        parts.push(...(candidates?.[0]?.content?.parts ?? []));
      }
      return parts;
    };
    const call = (await send('redact this')).find(({ functionCall }) => functionCall !== undefined)?.functionCall;
    const response = { name: 'weather', response: { output: 'sunny' }, ...(call?.id !== undefined && { id: call.id }) };
    const parts = await send([{ functionResponse: response }]);
    expect(parts.map(({ text = '', thought }) => (thought === true ? '' : text)).join('')).toBe('The tool said: sunny');
    expect(stack.providers[to].calls[1]?.json).toMatchObject(ownState[to] as object);
  });
});

const moves = dialectIds.flatMap((from) =>
  dialectIds.flatMap((first) =>
    dialectIds.filter((to) => to !== first).map((second) => [from, first, second] as const),
  ),
);

describe.each(moves)(
  'a conversation of a %s client that moves from a %s backend to a %s one',
  (from, first, second) => {
    it.each(framings)('goes on without the state of the first, and back with it, %s', async (_name, stream) => {
      const conversation = openConversation(stack, from);
      conversation.say('redact, in parallel');
      await conversation.next(targets[first], stream);
      conversation.answerCalls('sunny');
      expect((await conversation.next(targets[second], stream)).text).toBe('The tool said: sunny and sunny');
      const [moved] = stack.providers[second].calls;
      expect(stateOf(moved?.json)).toEqual([]);

      conversation.say('redact once more');
      expect((await conversation.next(targets[first], stream)).calls).toEqual(['weather']);
      const [, back] = stack.providers[first].calls;
      expect(back?.json).toMatchObject(ownState[first] as object);
      expect(back?.body.toString('utf8')).not.toMatch(seals);
    });
  },
);

interface SentToAnthropic {
  readonly thinking?: { readonly type: string };
  readonly messages: readonly { readonly role: string; readonly content: readonly { readonly type: string }[] }[];
}

/** Anthropic refuses thinking with a budget where the turn whose calls are being answered does not begin with a thought. */
describe.each(dialectIds)('a tool loop of a %s client that moves to Anthropic', (from) => {
  it.each(framings)('does not begin to think on a budget in the middle, %s', async (_name, stream) => {
    const conversation = openConversation(stack, from);
    conversation.say('hello');
    await conversation.next(targets['openai-chat'], stream);
    conversation.answerCalls('sunny');
    await conversation.next(targets['anthropic-messages'], stream);
    const sent = stack.claude.calls[0]?.json as SentToAnthropic;
    const [first] = sent.messages.findLast(({ role }) => role === 'assistant')?.content ?? [];
    expect([first?.type, sent.thinking?.type]).not.toEqual(['tool_use', 'enabled']);
  });
});
