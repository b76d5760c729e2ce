import type { ChatRequest, Message } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { makeCall } from '../__fixtures__/make-call.js';
import { estimateTokens } from './estimate-tokens.js';
import { tokenizer } from './tokenizer.js';

const idle = new AbortController().signal;
const { countTokens } = await tokenizer.load(() => undefined);
const estimate = (request: Partial<ChatRequest>, signal: AbortSignal = idle) =>
  estimateTokens(makeCall({}, request).request, signal, countTokens);
const says = (text: string): Partial<ChatRequest> => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
});

describe('an estimate', () => {
  it('counts the tokens of texts, and a little for each message', async () => {
    expect(await estimate(says('hello world'))).toBe(2 + 4);
    expect(await estimate({ messages: [] })).toBe(0);
  });

  it('takes the names of control tokens for text', async () => {
    expect(await estimate(says('<|endoftext|>'))).toBeGreaterThan(5);
  });

  it('is near the truth for a text of any length', async () => {
    const sentence = 'The quick brown fox jumps over the lazy dog. ';
    expect(Math.abs((await estimate(says(sentence.repeat(20_000)))) / 200_000 - 1)).toBeLessThan(0.02);
  });

  it('lets others work meanwhile', async () => {
    let turns = 0;
    let next: NodeJS.Immediate;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    next = setImmediate(turn);
    await estimate(says('😀'.repeat(100_000)));
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(64);
  });

  it('ends when the caller leaves', async () => {
    const client = new AbortController();
    const counting = estimate(says('one '.repeat(100_000)), client.signal);
    client.abort(new Error('gone'));
    await expect(counting).rejects.toThrow('gone');
  });
});

describe('an estimate counts', () => {
  const base = estimate(says('a'));
  const more = async (parts: Message['parts'], rest: Partial<ChatRequest> = {}): Promise<number> =>
    (await estimate({
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'a' }, ...parts] } as Message],
      ...rest,
    })) - (await base);
  const data = 'x'.repeat(100_000);

  it.each<[string, Message['parts'], number]>([
    ['reasoning', [{ type: 'reasoning', text: 'hello world' }], 2],
    ['refusals', [{ type: 'refusal', text: 'hello world' }], 2],
    ['calls', [{ type: 'tool-call', id: 'c', name: 'hello', arguments: ' world' }], 2],
    ['images', [{ type: 'image', source: { kind: 'url', url: 'https://a' } }], 1_500],
    ['documents of text', [{ type: 'document', source: { kind: 'text', text: 'hello world' } }], 2],
    ['documents elsewhere', [{ type: 'document', source: { kind: 'url', url: 'https://a' }, name: 'hello' }], 2_001],
    ['other documents', [{ type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data } }], 4_000],
    ['what only one dialect knows', [{ type: 'foreign', dialect: 'gemini', path: 'x', value: 'hello world' }], 4],
    ['not what has no value', [{ type: 'foreign', dialect: 'gemini', path: 'x', value: undefined }], 0],
  ])('%s', async (_, parts, expected) => {
    expect(await more(parts)).toBe(expected);
  });

  it('tools and schemas', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    expect(await more([], { tools: [{ name: 'weather', description: 'hello world', parameters }] })).toBeGreaterThan(
      15,
    );
    expect(await more([], { tools: [{ name: 'weather' }] })).toBeGreaterThan(8);
    const schema = await more([], { outputFormat: { kind: 'json-schema', schema: parameters } });
    expect(schema).toBeGreaterThan(5);
    expect(await more([], { outputFormat: { kind: 'json-schema', schema: undefined } })).toBe(0);
    expect(await more([], { outputFormat: { kind: 'json' } })).toBe(0);
  });
});
