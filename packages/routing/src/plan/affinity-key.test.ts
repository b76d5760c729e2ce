import { describe, expect, it } from '@jest/globals';

import type { ChatRequest, ForeignField, Message, Tool } from '@claudette/core';

import { callFor } from '../__fixtures__/make-planner.js';
import type { Asked } from '../__fixtures__/make-planner.js';
import { affinityKeyOf } from './affinity-key.js';
import type { AffinityKey } from './affinity-key.js';

const text = (value: string) => [{ type: 'text', text: value }] as const;
const system = (value: string): Message => ({ role: 'system', parts: text(value) });
const user = (value: string): Message => ({ role: 'user', parts: text(value) });
const answer: Message = { role: 'assistant', parts: text('Done.') };
const long = (name: string): string => name.padEnd(5000, '.');

const keyOf = (request: Partial<ChatRequest>, asked: Asked = {}): AffinityKey | undefined =>
  affinityKeyOf(callFor('m', { dialect: 'openai-chat', bodyBytes: 9000, request, ...asked }));
const keyOfMessages = (...messages: Message[]): AffinityKey | undefined => keyOf({ messages });

const inSession = (session: string, principal = 'local'): Asked => ({
  bodyBytes: 10,
  context: { session, principal: { id: principal, name: 'any' } },
});

const held = (path: string, value: unknown): { heldByProvider: ForeignField } => ({
  heldByProvider: { dialect: 'openai-responses', path, value },
});

describe('the key of a session', () => {
  it('is the session, whatever is asked', () => {
    const key = keyOf({ messages: [user(long('a'))] }, inSession('s'));
    expect(key).toEqual(keyOf({}, inSession('s')));
    expect(key?.kind).toBe('session');
    expect(key).not.toEqual(keyOf({}, inSession('t')));
  });

  it('is another one for another principal', () => {
    expect(keyOf({}, inSession('s', 'somebody'))).not.toEqual(keyOf({}, inSession('s')));
  });

  it.each(['embed', 'count'] as const)('is none when nothing is cached: %s', (operation) => {
    expect(keyOf({}, { ...inSession('s'), operation })).toBeUndefined();
  });
});

describe('the key of what a provider holds', () => {
  const short: Asked = { bodyBytes: 10 };

  it.each([
    ['a conversation by its id', 'conversation', 'conv_1', 'conv_2'],
    ['a conversation by an object with its id', 'conversation', { id: 'conv_1' }, { id: 'conv_2' }],
    ['an earlier answer', 'previous_response_id', 'resp_1', 'resp_2'],
  ])('is that of %s', (_, path, one, other) => {
    const key = keyOf(held(path, one), short);
    expect(key?.kind).toBe('previous-response');
    expect(key).toEqual(keyOf(held(path, one), short));
    expect(key).not.toEqual(keyOf(held(path, other), short));
  });

  it.each([true, null, {}, { id: 7 }])('is none for a flag such as %p', (value) => {
    expect(keyOf(held('background', value), short)).toBeUndefined();
  });

  it('is the beginning of the prompt where only that stays the same from turn to turn', () => {
    const messages = (latest: string) => ({ messages: [system(long('a')), user(latest)] });
    const first = keyOf(messages('Begin.'));
    const second = keyOf({ ...messages('Go on.'), ...held('previous_response_id', 'resp_1') });
    const third = keyOf({ ...messages('And on.'), ...held('previous_response_id', 'resp_2') });
    expect(second?.kind).toBe('prefix');
    expect(second).toEqual(third);
    expect(second?.home).toBe(first?.home);
  });

  it('is not the latest message', () => {
    const key = keyOf({ messages: [user(long('Go on.'))], ...held('previous_response_id', 'resp_1') });
    expect(key?.kind).toBe('previous-response');
  });
});

describe('the key of a prompt', () => {
  it('stays the same as the conversation grows', () => {
    const first = keyOfMessages(system(long('a')), user('Begin.'));
    expect(first?.kind).toBe('prefix');
    expect(keyOfMessages(system(long('a')), user('Begin.'), answer, user('Go on.'))).toEqual(first);
  });

  it('has the same home for all conversations with the same long beginning', () => {
    const one = keyOfMessages(system(long('a')), user('Begin.'));
    const other = keyOfMessages(system(long('a')), user('Begin otherwise.'));
    expect(one?.home).toBe(other?.home);
    expect(one?.own).not.toBe(other?.own);
  });

  it('has another home for another beginning', () => {
    const homes = [
      keyOfMessages(system(long('a')), user('Begin.')),
      keyOfMessages(system(long('b')), user('Begin.')),
      keyOfMessages({ role: 'developer', parts: text(long('c')) }, user('Begin.')),
      keyOf({ messages: [system(long('a')), user('Begin.')], promptCacheKey: 'k' }),
      keyOf({ messages: [system(long('a')), user('Begin.')] }, { context: { principal: { id: 'b', name: 'b' } } }),
      keyOf({ messages: [system(long('a')), user('Begin.')], tools: [{ name: 'f', description: 'F.' }] }),
      keyOf({ messages: [system(long('a')), user('Begin.')], tools: [{ name: 'g', description: 'F.' }] }),
      keyOf({ messages: [system(long('a')), user('Begin.')], tools: [{ name: 'g', description: 'G..' }] }),
    ].map((key) => key?.home);
    expect(new Set(homes).size).toBe(homes.length);
  });

  it('takes tools for a long beginning', () => {
    const tools = Array.from({ length: 20 }, (_, index): Tool => ({ name: `tool-${index}` }));
    const one = keyOf({ messages: [user('Begin.')], tools });
    expect(one?.home).toBe(keyOf({ messages: [user('Begin otherwise.')], tools })?.home);
    expect(one?.home).not.toBe(keyOf({ messages: [user('Begin.')], tools: [...tools, { name: 'more' }] })?.home);
  });

  it('includes the first user message where the beginning is short', () => {
    const one = keyOfMessages(system('a'), user('Begin.'));
    expect(one?.home).not.toBe(keyOfMessages(system('a'), user('Begin otherwise.'))?.home);
    expect(one?.home).toBe(one?.own);
  });

  it('ignores system messages in the middle, which differ from turn to turn', () => {
    const first = keyOfMessages(system('a'), user('Begin.'));
    expect(keyOfMessages(system('a'), user('Begin.'), system('It is late.'))).toEqual(first);
  });

  it('reads texts only, and of those the first few', () => {
    const parts = (last: string): Message => ({
      role: 'user',
      parts: [
        { type: 'image', source: { kind: 'url', url: `https://example.com/${last}` } },
        ...Array.from({ length: 8 }, () => text('a')).flat(),
        ...text(last),
      ],
    });
    expect(keyOfMessages(parts('x'))).toEqual(keyOfMessages(parts('y')));
  });

  it('is none for a prompt that no provider caches', () => {
    expect(keyOf({ messages: [user('Hi.')] }, { bodyBytes: 4095 })).toBeUndefined();
    expect(keyOf({ messages: [user('Hi.')] }, { bodyBytes: 4096 })).toBeDefined();
    expect(keyOf({})).toBeUndefined();
    expect(keyOf({ messages: [system(long('a'))] })).toBeDefined();
  });

  it('measures the texts of a native call', () => {
    const native = (value: string): AffinityKey | undefined =>
      affinityKeyOf(callFor('m', { request: { messages: [user(value)] } }));
    expect(native('Hi.')).toBeUndefined();
    expect(native(long('a'))?.kind).toBe('prefix');
  });
});
