import { describe, expect, it } from '@jest/globals';
import type { ChatRequest, Loss, Message, Tool } from '@claudette/core';

import type { DialectOptions } from '../codec.js';
import { encodeRequest } from './encode-request.js';

const silent: ChatRequest = { model: 'auto', messages: [], stream: false, streamUsage: false, tools: [], foreign: [] };

const encode = (
  fields: Partial<ChatRequest>,
  options: DialectOptions = {},
): { body: Record<string, unknown>; losses: readonly Loss[] } => {
  const target = { model: 'gpt-5-mini', options, defaultMaxOutputTokens: 100 };
  const { body, losses } = encodeRequest({ ...silent, ...fields }, target);
  return { body: JSON.parse(Buffer.from(body).toString()), losses };
};

describe('an encoded tool that takes text', () => {
  const format = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } };
  const shell: Tool = { name: 'shell', description: 'Runs.', takesText: { format }, cacheHint: { ttl: '5m' } };
  const parameters = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
  const call: Message = {
    role: 'assistant',
    parts: [{ type: 'tool-call', id: 'c', name: 'shell', arguments: 'ls "x"', takesText: true }],
  };
  const toolChoice = { kind: 'tool', name: 'shell' } as const;

  it('is a custom tool', () => {
    const { body, losses } = encode({ tools: [shell], toolChoice, messages: [call] });
    expect(body).toMatchObject({
      tools: [{ type: 'custom', custom: { name: 'shell', description: 'Runs.', format } }],
      tool_choice: { type: 'custom', custom: { name: 'shell' } },
      messages: [{ tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'shell', input: 'ls "x"' } }] }],
    });
    expect(losses.map(({ path }) => path)).toEqual(['tools[0].cacheHint']);
  });

  it('is a function where the vendor has no such tools, without its grammar', () => {
    const { body, losses } = encode({ tools: [shell], toolChoice, messages: [call] }, { textTools: false });
    const called = { name: 'shell', arguments: '{"input":"ls \\"x\\""}' };
    expect(body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'shell', description: 'Runs.', parameters } }],
      tool_choice: { type: 'function', function: { name: 'shell' } },
      messages: [{ tool_calls: [{ id: 'c', type: 'function', function: called }] }],
    });
    expect(losses.map(({ path }) => path)).toEqual(['tools[0].cacheHint', 'tools[0].takesText.format']);
  });

  it.each([{}, { format: { type: 'text' } }])('loses nothing as a function when it takes any text: %j', (takesText) => {
    expect(encode({ tools: [{ name: 'f', takesText }] }, { textTools: false }).losses).toEqual([]);
  });
});
