import { GatewayError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { decodeQuestion, toChatRequest } from './question.js';
import type { Question } from './question.js';

const decode = (body: unknown): Question =>
  decodeQuestion(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'invalid_request') return thrown.detail;
    throw thrown;
  }
  throw new Error('nothing was refused');
};

describe('decodeQuestion', () => {
  it('needs a prompt and nothing else', () => {
    expect(decode({ prompt: 'hello' })).toEqual({ prompt: 'hello', files: [], cacheMode: 'default', stream: false });
  });

  it('takes every option, 0 included', () => {
    const options = {
      system: 's',
      model: 'm',
      backend: 'b',
      temperature: 0,
      maxTokens: 5,
      timeoutMs: 6,
      costLimit: '0.05',
      cache: 'off',
    };
    expect(decode({ prompt: 'hello', options })).toEqual({
      prompt: 'hello',
      files: [],
      system: 's',
      model: 'm',
      backend: 'b',
      temperature: 0,
      maxOutputTokens: 5,
      timeoutMs: 6,
      costLimit: { nano: 50_000_000n, currency: 'USD' },
      cacheMode: 'off',
      stream: false,
    });
  });

  it('takes files as text or as base64', () => {
    const files = [
      { name: 'a.txt', content: 'é' },
      { name: 'b.bin', type: 'base64', content: 'w6k=' },
    ];
    expect(decode({ prompt: 'p', files }).files).toEqual([
      { name: 'a.txt', content: Buffer.from('é') },
      { name: 'b.bin', content: Buffer.from('é') },
    ]);
  });

  it('refuses what is no JSON', () => {
    expect(refusal(() => decode('{'))).toBe('the body is not valid JSON');
  });

  it.each([
    [{ prompt: '' }, /^prompt: Too small/],
    [{}, /^prompt: Invalid input: expected string/],
    [{ prompt: 'p', options: { temperature: 3 } }, /^options\.temperature: Too big: expected number to be <=2/],
    [{ prompt: 'p', options: { costLimit: '-1' } }, /^options\.costLimit: must be an amount in USD such as "0\.05"/],
    [{ prompt: 'p', options: { topP: 1 } }, /^options: Unrecognized key: "topP"/],
    [{ prompt: 'p', files: [{ name: 'a', path: '/etc/passwd' }] }, /^files\.0\.content: .*; files\.0: .*"path"/],
    [[], /^the body: Invalid input: expected object/],
  ])('refuses %j', (body, message) => {
    expect(refusal(() => decode(body))).toMatch(message);
  });
});

const question: Question = { prompt: 'p', files: [], cacheMode: 'default', stream: false };
const partsOf = (name: string, content: Uint8Array) =>
  toChatRequest({ ...question, files: [{ name, content }] }).messages[0]?.parts;

describe('toChatRequest', () => {
  it('asks any model where none is named', () => {
    expect(toChatRequest(question)).toEqual({
      model: 'auto',
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'p' }] }],
      stream: false,
      streamUsage: true,
      tools: [],
      foreign: [],
    });
  });

  it('carries the system prompt and the limits', () => {
    const asked = { ...question, system: 's', model: 'm', temperature: 0, maxOutputTokens: 5, stream: true };
    expect(toChatRequest(asked)).toMatchObject({
      model: 'm',
      messages: [{ role: 'system', parts: [{ type: 'text', text: 's' }] }, { role: 'user' }],
      temperature: 0,
      maxOutputTokens: 5,
      stream: true,
    });
  });

  it('puts text files before the prompt, with their names', () => {
    expect(partsOf('a.txt', Buffer.from('inside'))).toEqual([
      { type: 'text', text: 'a.txt:\ninside' },
      { type: 'text', text: 'p' },
    ]);
  });

  it.each([
    ['image/png', Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1')],
    ['image/jpeg', Buffer.from('\xff\xd8\xff....', 'latin1')],
    ['image/gif', Buffer.from('GIF87a....')],
    ['image/gif', Buffer.from('GIF89a....')],
    ['image/webp', Buffer.from('RIFF\0\n\x01\0WEBPVP8 ', 'latin1')],
  ])('knows %s by its signature, whatever its name', (mediaType, content) => {
    expect(partsOf('a.txt', content)?.[0]).toEqual({
      type: 'image',
      source: { kind: 'base64', mediaType, data: content.toString('base64') },
    });
  });

  it('refuses a file that is neither text nor an image', () => {
    expect(refusal(() => partsOf('a.zip', Buffer.from('PK\x03\x04\xff\xfe', 'latin1')))).toBe(
      'a.zip is neither UTF-8 text nor a PNG, JPEG, GIF or WebP image',
    );
  });
});
