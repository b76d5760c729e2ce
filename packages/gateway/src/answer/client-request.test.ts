import { GatewayError } from '@claudette/core';
import type { Call } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { bodyOf } from '../__fixtures__/start-bench.js';
import { decodeCall } from './client-request.js';
import type { ClientRequest } from './client-request.js';

const decode = (headers: ClientRequest['headers'], rest: Partial<ClientRequest> = {}, strict = false): Call =>
  decodeCall(
    {
      dialect: 'openai-chat',
      operation: 'generate',
      body: bodyOf(),
      headers,
      principal: { id: 'key_1', name: 'Ada' },
      controller: new AbortController(),
      ...rest,
    },
    { id: 'x-1', observe: () => undefined, strict },
  );

const refusal = (headers: ClientRequest['headers']): string => {
  try {
    decode(headers);
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'invalid_request') return thrown.detail;
    throw thrown;
  }
  throw new Error('nothing was refused');
};

describe('decodeCall', () => {
  it('makes a call of bytes and headers', () => {
    const controller = new AbortController();
    const body = bodyOf({ model: 'm' });
    const call = decode({}, { body, controller });
    expect(call).toMatchObject({
      original: { dialect: 'openai-chat', body, headers: {} },
      request: { model: 'm', stream: false },
      context: { id: 'x-1', principal: { id: 'key_1' }, cacheMode: 'default', strict: false, tags: [] },
    });
    expect(call.context.signal).toBe(controller.signal);
    expect([call.context.pinnedBackend, call.context.timeoutMs]).toEqual([undefined, undefined]);
  });

  it('reads every header of ours', () => {
    const headers = {
      'x-claudette-backend': 'claude',
      'x-claudette-timeout-ms': '1500',
      'x-claudette-cache': 'refresh',
      'x-claudette-strict': 'true',
      'x-claudette-tags': ' a, b ,,c',
      'x-claudette-session': 'conversation 7',
      'x-claudette-cost-limit': '0.05',
      'x-claudette-cache-pace': 'original',
      'cache-control': 'max-age=10, no-store, stale-if-error=60',
    };
    expect(decode(headers).context).toMatchObject({
      pinnedBackend: 'claude',
      timeoutMs: 1500,
      cacheMode: 'refresh',
      strict: true,
      tags: ['a', 'b', 'c'],
      session: 'conversation 7',
      costLimit: { nano: 50_000_000n, currency: 'USD' },
      maxStaleMs: 60_000,
      maxAgeMs: 10_000,
      noStore: true,
      pace: 'original',
    });
  });

  it.each([
    [{ 'cache-control': 'only-if-cached' }, 'only'],
    [{ 'cache-control': 'only-if-cached', 'x-claudette-cache': 'off' }, 'off'],
    [{ 'cache-control': 'no-cache' }, 'default'],
  ] as const)('takes a cache mode from %j', (headers, mode) => {
    expect(decode(headers).context.cacheMode).toBe(mode);
  });

  it('keeps no header that says what the dialect says anyway', () => {
    const versions = ['2023-06-01', '2023-01-01'].map(
      (version) =>
        decode(
          { 'anthropic-version': version },
          {
            dialect: 'anthropic-messages',
            body: Buffer.from('{"model":"m","max_tokens":1,"messages":[]}'),
          },
        ).original?.headers,
    );
    expect(versions).toEqual([{}, { 'anthropic-version': '2023-01-01' }]);
  });

  it('takes the first of a repeated header', () => {
    expect(decode({ 'x-claudette-backend': ['a', 'b'] }).context.pinnedBackend).toBe('a');
  });

  it('keeps the headers of the dialects and no credential', () => {
    const headers = {
      'anthropic-beta': 'x',
      'openai-beta': 'y',
      'x-codex-beta-features': 'z',
      'x-goog-api-client': 'w',
      'x-goog-api-key': 'k',
      authorization: 'Bearer k',
      'x-api-key': 'k',
      cookie: 'c',
    };
    expect(decode(headers).original?.headers).toEqual({
      'anthropic-beta': 'x',
      'openai-beta': 'y',
      'x-codex-beta-features': 'z',
      'x-goog-api-client': 'w',
    });
  });

  it('cuts tags to 64 characters, and their list to 16', () => {
    const { tags } = decode({ 'x-claudette-tags': Array(20).fill('t'.repeat(70)).join(',') }).context;
    expect([tags.length, tags[0]?.length]).toEqual([16, 64]);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ])('lets x-claudette-strict: %s win over the configuration', (value, strict) => {
    expect(decode({ 'x-claudette-strict': value }, {}, !strict).context.strict).toBe(strict);
  });

  it('is strict where the configuration is', () => {
    expect(decode({}, {}, true).context.strict).toBe(true);
  });

  it.each([
    ['x-claudette-cache', 'maybe', 'one of on, off, refresh, only'],
    ['x-claudette-cache-pace', 'slow', 'original'],
    ['x-claudette-timeout-ms', '0', 'a whole number of milliseconds above 0'],
    ['x-claudette-timeout-ms', '-5', 'a whole number of milliseconds above 0'],
    ['x-claudette-timeout-ms', '1.5', 'a whole number of milliseconds above 0'],
    ['x-claudette-timeout-ms', 'soon', 'a whole number of milliseconds above 0'],
    ['x-claudette-strict', 'yes', 'true or false'],
    ['x-claudette-session', '', '1 to 200 characters long'],
    ['x-claudette-cost-limit', '-1', 'an amount in USD such as 0.05, with at most 9 decimals'],
    ['x-claudette-cost-limit', '1 EUR', 'an amount in USD such as 0.05, with at most 9 decimals'],
  ])('refuses %s: %s', (name, value, allowed) => {
    expect(refusal({ [name]: value })).toBe(`the header ${name} must be ${allowed}, but is "${value}"`);
  });

  it.each(['no-cache', 'stale-if-error', 'stale-if-error=soon', 'x-stale-if-error=5'])(
    'takes no leave for old answers from cache-control: %s',
    (value) => {
      expect(decode({ 'cache-control': value }).context.maxStaleMs).toBeUndefined();
    },
  );

  it('does not repeat more than the start of a wrong header', () => {
    expect(refusal({ 'x-claudette-cache': 'x'.repeat(5_000) }).length).toBeLessThan(200);
  });

  it('takes the model and whether to stream from the address where the dialect has them there', () => {
    const body = Buffer.from('{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}');
    const call = decode({}, { dialect: 'gemini', body, address: { model: 'g', stream: true } });
    expect(call).toMatchObject({ operation: 'generate', request: { model: 'g', stream: true } });
  });

  it('reads what a count is asked of', () => {
    const body = Buffer.from('{"model":"m","messages":[{"role":"user","content":"hi"}]}');
    expect(decode({}, { dialect: 'anthropic-messages', operation: 'count', body })).toMatchObject({
      operation: 'count',
      request: { model: 'm', stream: false },
    });
  });

  it('reads what vectors are asked of', () => {
    const body = Buffer.from('{"model":"m","input":["a","b"],"encoding_format":"base64"}');
    expect(decode({}, { operation: 'embed', body })).toMatchObject({
      operation: 'embed',
      request: { model: 'm', embedding: { inputs: ['a', 'b'], encoding: 'base64' } },
    });
  });

  it.each([
    ['count', 'openai-chat'],
    ['embed', 'anthropic-messages'],
  ] as const)('refuses to %s in %s, which has no such thing', (operation, dialect) => {
    expect(() => decode({}, { operation, dialect })).toThrow(`${dialect} has no way to ask for`);
  });

  it('refuses a body that is not of the dialect', () => {
    expect(() => decode({}, { body: Buffer.from('{') })).toThrow(GatewayError);
  });
});
