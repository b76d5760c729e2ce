import { dialectIds } from '@claudette/core';
import type { ChatRequest, DialectId, Message, UserPart } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { makeCall, target } from '../__fixtures__/make-call.js';
import { findLinks, inlineMedia, isInlined } from './media-links.js';

const image = (url: string): UserPart => ({ type: 'image', source: { kind: 'url', url }, detail: 'low' });
const document = (url: string): UserPart => ({ type: 'document', source: { kind: 'url', url }, name: 'a' });
const data: UserPart = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'aGk=' } };
const user = (...parts: UserPart[]): Message => ({ role: 'user', parts });
const requestOf = (...messages: Message[]): ChatRequest => makeCall({}, { messages }).request;

const mixed = requestOf(
  { role: 'system', parts: [{ type: 'text', text: 'https://files.example/x' }] },
  user({ type: 'text', text: 'look' }, image('https://files.example/i'), document('https://files.example/d'), data),
  { role: 'assistant', parts: [{ type: 'text', text: 'ok' }] },
  { role: 'tool', toolCallId: '1', parts: [document('https://files.example/d'), image('http://files.example/t')] },
);
const find = (dialect: DialectId, takesUrls?: boolean, from?: DialectId, request = mixed): readonly string[] => {
  const original = from && { dialect: from, body: new Uint8Array(), headers: {} };
  return [...findLinks({ original, request }, { ...target, dialect }, takesUrls).keys()];
};

const all = ['image https://files.example/i', 'document https://files.example/d', 'image http://files.example/t'];

describe('the links that a target can do nothing with', () => {
  it.each(dialectIds)('in %s are the documents that its codec cannot write', (dialect) => {
    const request = requestOf(user(document('https://files.example/d')));
    const to = { model: 'm', options: {}, defaultMaxOutputTokens: 1 };
    const { losses } = codecs[dialect].encodeRequest({ ...request, messages: [user(document('https://x/a.pdf'))] }, to);
    const lost = losses.some(({ reason }) => reason.includes('URL'));
    expect(find(dialect, undefined, undefined, request)).toHaveLength(lost ? 1 : 0);
  });

  it('are found once each, in what users and tools say', () => {
    expect(find('openai-chat')).toEqual(['document https://files.example/d']);
    expect(find('openai-chat', true)).toEqual(['document https://files.example/d']);
  });

  it.each(dialectIds)('are all of them where the configuration says that it takes none (%s)', (dialect) => {
    expect(find(dialect, false)).toEqual(all);
  });

  it("are none in a body of the target's own dialect", () => {
    expect(find('openai-chat', undefined, 'openai-chat')).toEqual([]);
  });

  it('are all of them there too where it takes none', () => {
    expect(find('openai-chat', false, 'openai-chat')).toEqual(all);
  });

  it.each(['gs://bucket/a.pdf', 'data:text/plain,hello', 'file:///etc/passwd'])('are not %s', (url) => {
    expect(find('openai-chat', false, undefined, requestOf(user(document(url))))).toEqual([]);
  });
});

describe('files in the place of links', () => {
  const inlined = inlineMedia(
    mixed,
    new Map([
      ['image https://files.example/i', { kind: 'base64', mediaType: 'image/png', data: 'aQ==' }],
      ['document https://files.example/d', { kind: 'text', text: 'd' }],
    ]),
  );

  it('stand wherever the link stood, and the rest stays', () => {
    expect(inlined.messages).toEqual([
      mixed.messages[0],
      user(
        { type: 'text', text: 'look' },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'aQ==' }, detail: 'low' },
        { type: 'document', source: { kind: 'text', text: 'd' }, name: 'a' },
        data,
      ),
      mixed.messages[2],
      {
        role: 'tool',
        toolCallId: '1',
        parts: [{ type: 'document', source: { kind: 'text', text: 'd' }, name: 'a' }, image('http://files.example/t')],
      },
    ]);
  });

  it('can be told from the request that came', () => {
    expect([isInlined(inlined), isInlined(mixed)]).toEqual([true, false]);
  });

  it('are no text where an image is meant', () => {
    const request = requestOf(user(image('https://a')));
    expect(inlineMedia(request, new Map([['image https://a', { kind: 'text', text: 'x' }]])).messages).toEqual(
      request.messages,
    );
  });
});
