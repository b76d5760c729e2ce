import type { ChatEvent, ChatRequest, Message } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { makeCall } from '../__fixtures__/make-call.js';
import { demoAnswer } from './demo-answer.js';

const answer = (request: Partial<ChatRequest> = {}): ChatEvent[] => [...demoAnswer(makeCall({}, request).request)];

const textOf = (request: Partial<ChatRequest>): string =>
  answer(request)
    .map((event) => (event.type === 'text-delta' ? event.text : ''))
    .join('');

const argumentsFor = (parameters: unknown): unknown => {
  const [delta] = answer({ tools: [{ name: 'f', parameters }] }).filter((event) => event.type === 'tool-call-delta');
  return JSON.parse(delta?.arguments ?? '') as unknown;
};

const saying = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });

describe('the demo', () => {
  it('says that it is the demo, and what it was told', () => {
    expect(textOf({})).toBe("This is Claudette's built-in demo; no model was asked. You wrote: hello");
  });

  it('answers the same request the same way', () => {
    expect(answer()).toEqual(answer());
  });

  it('speaks in words, counts what it says as estimated, and stops', () => {
    const events = answer();
    expect(events.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(5);
    expect(events.slice(-2)).toMatchObject([
      { type: 'usage', usage: { inputTokens: 2, source: 'estimated' } },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('repeats no more than 200 characters', () => {
    expect(textOf({ messages: [saying('x'.repeat(500))] }).match(/x+/)?.[0]).toHaveLength(200);
  });

  it('names what is not text, and bears no messages at all', () => {
    const image = { type: 'image', source: { kind: 'url', url: 'http://x' } } as const;
    expect(textOf({ messages: [{ role: 'user', parts: [image] }] })).toMatch(/You wrote: \[image\]$/);
    expect(textOf({ messages: [] })).toMatch(/You wrote: $/);
  });

  it.each([
    [{ kind: 'json' } as const, { demo: true }],
    [{ kind: 'json-schema', schema: { properties: { n: { type: 'integer' } } } } as const, { n: 1 }],
  ])('answers in the form %j', (outputFormat, expected) => {
    expect(JSON.parse(textOf({ outputFormat }))).toEqual(expected);
  });
});

describe("the demo's tool calls", () => {
  const tools = [{ name: 'f' }, { name: 'g' }];
  const nameOf = (request: Partial<ChatRequest>): string | undefined =>
    answer({ tools, ...request }).find((event) => event.type === 'tool-call-start')?.name;

  it('call the first tool', () => {
    expect(nameOf({})).toBe('f');
    expect(answer({ tools }).at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
  });

  it.each([
    [{ kind: 'tool', name: 'g' } as const, 'g'],
    [{ kind: 'tool', name: 'unknown' } as const, undefined],
    [{ kind: 'none' } as const, undefined],
    [{ kind: 'required' } as const, 'f'],
    [{ kind: 'allowed', mode: 'auto', names: ['g'] } as const, 'g'],
  ])('do as %j wants', (toolChoice, name) => {
    expect(nameOf({ toolChoice })).toBe(name);
  });

  it('give text to a tool that takes text', () => {
    expect(answer({ tools: [{ name: 'f', takesText: {} }] })).toMatchObject([
      { type: 'start' },
      { type: 'tool-call-start', name: 'f', takesText: true },
      { type: 'tool-call-delta', arguments: 'demo' },
      { type: 'tool-call-end' },
      { type: 'usage' },
      { type: 'finish' },
    ]);
  });

  it('end once the tool has spoken', () => {
    const result: Message = { role: 'tool', toolCallId: 'c', parts: [{ type: 'text', text: '42' }] };
    expect(nameOf({ messages: [saying('x'), result] })).toBeUndefined();
    expect(textOf({ tools, messages: [saying('x'), result] })).toMatch(/The tool said: 42$/);
  });

  it('fill in arguments that fit the schema', () => {
    expect(argumentsFor(undefined)).toEqual({});
    const properties = {
      text: { type: 'string' },
      anything: {},
      number: { type: 'number' },
      yes: { type: 'boolean' },
      none: { type: 'null' },
      either: { type: ['integer', 'null'] },
      one: { enum: ['first', 'second'] },
      fixed: { const: 'fixed' },
      list: { type: 'array', items: { type: 'string' } },
      nested: { type: 'object', properties: { deep: { type: 'string' } } },
      empty: { type: 'object' },
    };
    expect(argumentsFor({ type: 'object', properties })).toEqual({
      text: 'demo',
      anything: 'demo',
      number: 1,
      yes: true,
      none: null,
      either: 1,
      one: 'first',
      fixed: 'fixed',
      list: ['demo'],
      nested: { deep: 'demo' },
      empty: {},
    });
  });

  it('end inside schemas without end', () => {
    const tree: Record<string, unknown> = { type: 'object' };
    tree['properties'] = { again: tree };
    expect(JSON.stringify(argumentsFor(tree)).match(/again/g)).toHaveLength(8);
    const list: Record<string, unknown> = { type: 'array' };
    list['items'] = list;
    expect(argumentsFor(list)).toEqual([[[[[[[[[]]]]]]]]]);
  });
});
