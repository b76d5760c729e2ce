import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker } from './__fixtures__/ask-provider.js';
import { behaviourKinds } from './behaviour.js';
import type { Behaviour } from './behaviour.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, parseJson } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const asker = createAsker(() => provider);
type DialectName = 'chat' | 'responses' | 'messages' | 'gemini';
const ask = (dialect: DialectName, behaviour: Behaviour) => {
  provider.behave(behaviour);
  return asker[dialect]();
};

describe('status', () => {
  it.each([
    [400, 'invalid_request_error', 'invalid_request_error'],
    [401, 'invalid_request_error', 'authentication_error'],
    [403, 'invalid_request_error', 'permission_error'],
    [404, 'invalid_request_error', 'not_found_error'],
    [429, 'requests', 'rate_limit_error'],
    [500, 'server_error', 'api_error'],
    [529, 'server_error', 'overloaded_error'],
  ])('%d has the type %s or %s', async (status, chatType, messagesType) => {
    const chat = await ask('chat', { kind: 'status', status });
    const messages = await ask('messages', { kind: 'status', status });
    const responses = await ask('responses', { kind: 'status', status });
    expect(responses.text).toBe(chat.text);
    expect([chat.status, fieldOf(parseJson(chat.text), 'error', 'type')]).toEqual([status, chatType]);
    expect([messages.status, fieldOf(parseJson(messages.text), 'error', 'type')]).toEqual([status, messagesType]);
    expect(fieldOf(parseJson(messages.text), 'request_id')).toBe(messages.headers['request-id']);
  });

  it.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
  ])('%d is called %s by Gemini', async (status, name) => {
    const reply = await ask('gemini', { kind: 'status', status });
    expect([reply.status, parseJson(reply.text)]).toMatchObject([status, { error: { code: status, status: name } }]);
  });

  it('says in the body when to come back to Gemini, and in a header only when told to', async () => {
    const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' };
    const reply = await ask('gemini', { kind: 'status', status: 429 });
    expect(reply.headers).not.toHaveProperty('retry-after');
    expect(parseJson(reply.text)).toMatchObject({ error: { details: [retryInfo] } });
    const told = await ask('gemini', { kind: 'status', status: 429, retryAfter: '34.4' });
    expect(told.headers['retry-after']).toBe('34.4');
    expect(told.text).toContain('"34.4s"');
  });

  it('says when to come back after 429', async () => {
    expect((await ask('chat', { kind: 'status', status: 429 })).headers['retry-after']).toBe('1');
    expect((await ask('chat', { kind: 'status', status: 503, retryAfter: '9' })).headers['retry-after']).toBe('9');
  });

  it('says what it is told to', async () => {
    const headers = { 'x-should-retry': 'false' };
    const said = { message: 'too long', type: 'invalid', code: 'context_length_exceeded', headers };
    const reply = await ask('chat', { kind: 'status', status: 400, ...said });
    expect(parseJson(reply.text)).toEqual({
      error: { message: 'too long', type: 'invalid', param: null, code: 'context_length_exceeded' },
    });
    expect(reply.headers).toMatchObject(headers);
  });
});

describe('the kinds of behaviour', () => {
  it('hold the twelve faults of the feature list', () => {
    const twelve = [
      ...['reset', 'early-end', 'stall', 'bad-json', 'split-utf8', 'split-frame'],
      ...['in-band-error', 'missing-finish', 'duplicate-terminal', 'gzip-cut', 'slow-drip', 'trailing-garbage'],
    ];
    expect(behaviourKinds).toEqual(expect.arrayContaining(twelve));
  });
});
