import { connect } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually } from '../eventually.js';
import { readReply } from '../read-reply.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, parseJson } from './json-reading.js';

let provider: FakeProvider;
beforeEach(async () => void (provider = await createFakeProvider({ apiKey: 'sk-right' })));
afterEach(() => provider.close());

const key = { authorization: 'Bearer sk-right' };
const hello = { model: 'm', messages: [{ role: 'user', content: 'hello' }] };
const chat = (body: unknown = hello, headers: Record<string, string> = key) =>
  readReply(`${provider.url}/v1/chat/completions`, { headers, body });
const messages = (body: unknown, headers: Record<string, string> = { 'anthropic-version': '2023-06-01' }) =>
  readReply(`${provider.url}/v1/messages`, { headers: { 'x-api-key': 'sk-right', ...headers }, body });
const get = (path: string, headers: Record<string, string> = {}) =>
  readReply(`${provider.url}${path}`, { headers: { ...key, ...headers } });

describe('the record of calls', () => {
  it('holds what was sent, byte for byte', async () => {
    const body = '{ "model": "m", "messages": [{"role":"user","content":"é"}], "big": 1e400 }';
    await chat(body, { ...key, 'x-mine': 'yes' });
    expect(provider.calls).toHaveLength(1);
    expect(provider.calls[0]).toMatchObject({
      number: 1,
      method: 'POST',
      path: '/v1/chat/completions',
      dialect: 'openai-chat',
      headers: { 'x-mine': 'yes' },
      body: Buffer.from(body),
      aborted: false,
    });
  });

  it('counts requests for answers, and lists no lists among them', async () => {
    await chat();
    await get('/v1/models?limit=1');
    expect([provider.count(), provider.calls.length, provider.calls[1]?.query]).toEqual([1, 2, 'limit=1']);
  });

  it('knows that a client left, and when nothing is open any more', async () => {
    provider.behave({ kind: 'stall' });
    const socket = connect(provider.port, '127.0.0.1');
    const body = JSON.stringify(hello);
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-right\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(() => provider.inFlight() === 1);
    expect(provider.openSockets()).toBe(1);
    socket.destroy();
    await eventually(() => provider.inFlight() === 0 && provider.openSockets() === 0);
    expect(provider.calls[0]?.aborted).toBe(true);
  });

  it('knows that a client left in the middle of its request', async () => {
    const socket = connect(provider.port, '127.0.0.1');
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"model"');
    await eventually(() => provider.openSockets() === 1);
    socket.end();
    socket.destroy();
    await eventually(() => provider.calls.length === 1 && provider.inFlight() === 0);
    expect(provider.calls[0]?.aborted).toBe(true);
  });

  it('does not blame the client for a reset of its own', async () => {
    provider.behave({ kind: 'reset' });
    await chat();
    await eventually(() => provider.inFlight() === 0);
    expect(provider.calls[0]?.aborted).toBe(false);
  });

  it('is empty after a reset, and the script forgotten', async () => {
    provider.behave({ kind: 'status', status: 500 });
    await chat();
    provider.reset();
    expect([provider.count(), (await chat()).status]).toEqual([0, 200]);
  });
});

describe('the script', () => {
  it('answers one call each from a list, then plainly; lists of models use nothing up', async () => {
    provider.behave([
      { kind: 'status', status: 500 },
      { kind: 'status', status: 529 },
    ]);
    const statuses = [await chat(), await get('/v1/models'), await chat(), await chat()].map(({ status }) => status);
    expect(statuses).toEqual([500, 200, 529, 200]);
  });

  it('may decide by looking at the call', async () => {
    provider.behave((call) => (call.path === '/v1/models' ? { kind: 'status', status: 503 } : undefined));
    expect([(await get('/v1/models')).status, (await chat()).status]).toEqual([503, 200]);
  });

  it('gives way to a header, as a kind or as JSON', async () => {
    const kind = await chat(hello, { ...key, 'x-fake-behaviour': 'html-502' });
    const whole = await chat(hello, { ...key, 'x-fake-behaviour': '{"kind":"status","status":418}' });
    expect([kind.status, whole.status]).toEqual([502, 418]);
  });

  it('gives way to a marker in the prompt, which is not echoed', async () => {
    const say = (content: string) => chat({ ...hello, messages: [{ role: 'user', content }] });
    expect((await say('hello [[fake:html-502]]')).status).toBe(502);
    expect((await say('hello [[fake:answer]]')).text).toContain('"Echo: hello"');
  });

  it('says so when it is asked for something that does not exist', async () => {
    const replies = [
      await chat(hello, { ...key, 'x-fake-behaviour': 'dance' }),
      await chat(hello, { ...key, 'x-fake-behaviour': '{"kind":' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([400, 400]);
  });
});

describe('what the provider refuses', () => {
  const user = { role: 'user', content: 'x' };
  const use = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] };
  const result = (id: string): object => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id }] });
  const calls = { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f' } }] };
  const tool = (id: string): object => ({ role: 'tool', tool_call_id: id, content: '' });

  it.each([
    ['a body that is no JSON', '{"model"'],
    ['no model', { messages: [user] }],
    ['no messages', { model: 'm' }],
    ['a tool result without a call', { model: 'm', messages: [user, tool('a')] }],
    ['a tool result of another call', { model: 'm', messages: [user, calls, tool('b')] }],
    ['a tool call without a result', { model: 'm', messages: [user, calls, user] }],
    ['a tool call at the end', { model: 'm', messages: [user, calls] }],
  ])('in Chat: %s', async (_what, body) => {
    const { status, text } = await chat(body);
    expect(status).toBe(400);
    expect(fieldOf(parseJson(text), 'error', 'type')).toBe('invalid_request_error');
  });

  it.each([
    ['a body that is no JSON', '{"model"'],
    ['no model', { max_tokens: 1, messages: [user] }],
    ['no max_tokens', { model: 'm', messages: [user] }],
    ['max_tokens of 0', { model: 'm', max_tokens: 0, messages: [user] }],
    ['no messages', { model: 'm', max_tokens: 1 }],
    ['a tool result without a call', { model: 'm', max_tokens: 1, messages: [result('a')] }],
    ['a tool call without a result', { model: 'm', max_tokens: 1, messages: [user, use, user] }],
  ])('in Messages: %s', async (_what, body) => {
    const { status, text } = await messages(body);
    expect(status).toBe(400);
    expect(parseJson(text)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });

  it('in Messages: no version', async () => {
    expect((await messages({ model: 'm', max_tokens: 1, messages: [user] }, {})).status).toBe(400);
  });

  it('but in Messages not the result of a call in a thread that is continued', async () => {
    const thread = { type: 'continue', previous_message_id: 'msg_1' };
    expect((await messages({ model: 'm', max_tokens: 9, messages: [result('a')], thread })).status).toBe(200);
  });

  it('a model that does not exist', async () => {
    expect(parseJson((await chat({ ...hello, model: 'missing-1' })).text)).toMatchObject({
      error: { code: 'model_not_found' },
    });
    const { status } = await messages({ model: 'missing-1', max_tokens: 9, messages: [user] });
    expect(status).toBe(404);
  });

  it('a wrong key and a route it does not have', async () => {
    expect((await chat(hello, { authorization: 'Bearer sk-wrong' })).status).toBe(401);
    expect((await get('/v1/nothing')).status).toBe(404);
  });
});

describe('the models', () => {
  it('are listed as OpenAI does', async () => {
    expect(parseJson((await get('/v1/models')).text)).toMatchObject({
      object: 'list',
      data: [{ id: 'fake-large', object: 'model' }, { id: 'fake-small' }],
    });
  });

  it('are listed as Anthropic does when its version is named', async () => {
    const { text } = await get('/v1/models', { 'anthropic-version': '2023-06-01' });
    expect(parseJson(text)).toMatchObject({
      data: [{ id: 'fake-large', type: 'model', display_name: 'fake-large' }, { id: 'fake-small' }],
      has_more: false,
      last_id: 'fake-small',
    });
  });

  it('are shown one by one', async () => {
    expect(parseJson((await get('/v1/models/fake-small')).text)).toMatchObject({ id: 'fake-small' });
    const { text } = await get('/v1/models/fake-small', { 'anthropic-version': '2023-06-01' });
    expect(parseJson(text)).toMatchObject({ display_name: 'fake-small' });
  });

  it('may be none', async () => {
    const empty = await createFakeProvider({ models: [] });
    const { text } = await readReply(`${empty.url}/v1/models`, { headers: { 'anthropic-version': 'x' } });
    await empty.close();
    expect(parseJson(text)).toMatchObject({ data: [], first_id: null, last_id: null });
  });
});

describe('closing', () => {
  it('ends open replies and may be repeated', async () => {
    provider.behave({ kind: 'stall' });
    const reply = chat();
    await eventually(() => provider.inFlight() === 1);
    await provider.close();
    await provider.close();
    expect((await reply).end).toBe('broken');
  });
});
