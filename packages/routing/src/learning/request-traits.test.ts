import { describe, expect, it } from '@jest/globals';

import type { ChatRequest, Message } from '@claudette/core';

import { kindOf, traitsOf } from './request-traits.js';
import type { RequestTraits } from './request-traits.js';

const read = (request: Partial<ChatRequest>, bytes?: number): RequestTraits =>
  traitsOf({
    ...(bytes !== undefined && {
      original: { dialect: 'openai-chat' as const, body: new Uint8Array(bytes), headers: {} },
    }),
    operation: 'generate',
    request: { model: 'm', messages: [], stream: false, streamUsage: false, tools: [], foreign: [], ...request },
  });

const says = (...parts: Extract<Message, { role: 'user' }>['parts']): { messages: readonly Message[] } => ({
  messages: [{ role: 'user', parts }],
});

describe('the kind of a request', () => {
  it.each([
    [0, 'a short prompt', 100, false],
    [1, 'a short prompt with tools', 100, true],
    [2, 'a long prompt', 4096, false],
    [3, 'a long prompt with tools', 4096, true],
  ])('%s is %s', (kind, _name, bytes, hasTools) => {
    expect(kindOf('generate', bytes, hasTools)).toBe(kind);
  });

  it('is one of its own for vectors', () => {
    expect(kindOf('embed', 100, false)).toBe(4);
  });
});

describe('what is told from a request', () => {
  it('is the size of what the client sent', () => {
    expect(read({}, 1234)).toEqual({ kind: 0, textBytes: 1234, attachedTokens: 0, isPlain: true });
  });

  it('is the size of its texts in UTF-8 when it is a native one', () => {
    const picture = { type: 'image', source: { kind: 'url', url: 'https://example.com/cat.png' } } as const;
    const request = says({ type: 'text', text: 'day' }, { type: 'text', text: 'über' }, picture);
    expect(read(request)).toMatchObject({ textBytes: 8, attachedTokens: 1000 });
  });

  it('takes an image for a thousand tokens, however large it is', () => {
    const data = 'A'.repeat(900);
    const request = says({ type: 'image', source: { kind: 'base64', mediaType: 'image/png', data } });
    expect(read(request, 1000)).toMatchObject({ textBytes: 100, attachedTokens: 1000, isPlain: false });
  });

  it('takes a document for as many tokens as its pages are likely to have', () => {
    const data = 'A'.repeat(50_000);
    const request = says({ type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data } });
    expect(read(request, 50_100)).toMatchObject({ textBytes: 100, attachedTokens: 2000, isPlain: false });
  });

  it('never makes a size negative', () => {
    const data = 'A'.repeat(900);
    const request = says({ type: 'image', source: { kind: 'base64', mediaType: 'image/png', data } });
    expect(read(request, 10).textBytes).toBe(0);
  });

  it('says that a prompt is more than its text when the provider holds the rest', () => {
    const held = { dialect: 'openai-responses', path: 'previous_response_id', value: 'resp_1' } as const;
    expect(read({ heldByProvider: held }, 100).isPlain).toBe(false);
  });
});
