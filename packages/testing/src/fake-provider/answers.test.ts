import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { readReply } from '../read-reply.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, listOf } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const user = (content: unknown): object => ({ role: 'user', content });
const chat = (body: object) =>
  readReply(`${provider.url}/v1/chat/completions`, { body: { model: 'm', messages: [user('hi there')], ...body } });
const messages = (body: object) =>
  readReply(`${provider.url}/v1/messages`, {
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model: 'm', max_tokens: 100, messages: [user('hi there')], ...body },
  });
const json = async (reply: ReturnType<typeof chat>): Promise<unknown> => JSON.parse((await reply).text);
const choice = async (body: object): Promise<unknown> => listOf(fieldOf(await json(chat(body)), 'choices'))[0];
const events = async (reply: ReturnType<typeof chat>): Promise<unknown[]> =>
  [...(await reply).text.matchAll(/^data: (\{.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''));
const deltas = async (body: object): Promise<unknown[]> =>
  (await events(chat({ stream: true, ...body }))).map((chunk) =>
    fieldOf(listOf(fieldOf(chunk, 'choices'))[0], 'delta'),
  );

const parameters = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } };
const chatTools = ['weather', 'clock'].map((name) => ({ type: 'function', function: { name, parameters } }));
const messagesTools = ['weather', 'clock'].map((name) => ({ name, input_schema: parameters }));
const pixel = Buffer.from('pixels').toString('base64');

describe('an answer of Chat Completions', () => {
  it('echoes the last user text', async () => {
    expect(await choice({})).toMatchObject({ message: { content: 'Echo: hi there' }, finish_reason: 'stop' });
  });

  it('streams the same text, then finish_reason, then [DONE]', async () => {
    const { text, headers } = await chat({ stream: true });
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(text).toMatch(
      /"content":"Echo:"[^]*"content":" hi"[^]*"content":" there"[^]*"finish_reason":"stop"[^]*\[DONE\]/,
    );
  });

  it('ends every event with a blank line and writes nothing else', async () => {
    const { text } = await chat({ stream: true });
    expect(text.replace(/data: (\{.*\}|\[DONE\])\n\n/g, '')).toBe('');
  });

  it('sends the usage in a chunk of its own only when asked to', async () => {
    const asked = await events(chat({ stream: true, stream_options: { include_usage: true } }));
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } });
    const { text } = await chat({ stream: true });
    expect(text).not.toContain('usage');
  });

  it('calls a tool with arguments that fit its schema', async () => {
    expect(await choice({ tools: chatTools })).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [{ type: 'function', function: { name: 'weather', arguments: '{"city":"text","days":1}' } }],
      },
    });
  });

  it('streams a tool call as a start and argument deltas', async () => {
    const parts = (await deltas({ tools: chatTools })).flatMap((delta) => listOf(fieldOf(delta, 'tool_calls')));
    const [start, ...rest] = parts;
    expect(start).toMatchObject({ index: 0, id: expect.stringMatching(/^call_/), function: { name: 'weather' } });
    expect(rest.map((part) => fieldOf(part, 'function', 'arguments')).join('')).toBe('{"city":"text","days":1}');
  });

  it('calls two tools when the prompt says parallel', async () => {
    const answer = await choice({ tools: chatTools, messages: [user('in parallel')] });
    expect(fieldOf(answer, 'message', 'tool_calls')).toHaveLength(2);
  });

  it('calls the tool that is forced, and none when none may be called', async () => {
    const forced = await choice({ tools: chatTools, tool_choice: { type: 'function', function: { name: 'clock' } } });
    expect(forced).toMatchObject({ message: { tool_calls: [{ function: { name: 'clock' } }] } });
    expect(await choice({ tools: chatTools, tool_choice: 'none' })).toMatchObject({ finish_reason: 'stop' });
  });

  it('mentions the results of the tools it called', async () => {
    const call = (id: string): object => ({ id, type: 'function', function: { name: 'weather', arguments: '{}' } });
    const result = (id: string, content: string): object => ({ role: 'tool', tool_call_id: id, content });
    const conversation = [
      user('weather?'),
      { role: 'assistant', tool_calls: [call('a'), call('b')] },
      result('a', 'sun'),
      result('b', 'rain'),
    ];
    expect(await choice({ tools: chatTools, messages: conversation })).toMatchObject({
      message: { content: 'The tool said: sun and rain' },
    });
  });

  it('sees images', async () => {
    const image = (url: string): object => ({ type: 'image_url', image_url: { url } });
    const content = [image(`data:image/png;base64,${pixel}`), image('http://x/y.png'), { type: 'text', text: 'look' }];
    expect(await choice({ messages: [user(content)] })).toMatchObject({
      message: { content: 'I see an image of 6 bytes. I see an image at http://x/y.png. Echo: look' },
    });
  });

  it('reasons when an effort is asked for', async () => {
    expect(await choice({ reasoning_effort: 'low' })).toMatchObject({
      message: { reasoning_content: expect.stringContaining('echo') },
    });
    expect(await deltas({ reasoning_effort: 'low' })).toContainEqual({ reasoning_content: 'The' });
    expect(await choice({ reasoning_effort: 'none' })).not.toHaveProperty('message.reasoning_content');
  });

  it('answers in JSON of the schema that is asked for', async () => {
    const schema = { type: 'object', properties: { unit: { enum: ['c', 'f'] }, hot: { type: 'boolean' } } };
    const response_format = { type: 'json_schema', json_schema: { name: 'w', schema } };
    expect(await choice({ response_format })).toMatchObject({ message: { content: '{"unit":"c","hot":true}' } });
    expect(await choice({ response_format: { type: 'json_object' } })).toMatchObject({
      message: { content: '{"echo":"hi there"}' },
    });
  });

  it('stops at a tiny token limit and at a stop sequence', async () => {
    expect(await choice({ max_completion_tokens: 1 })).toMatchObject({
      message: { content: 'Echo:' },
      finish_reason: 'length',
    });
    expect(await choice({ stop: 'there' })).toMatchObject({ message: { content: 'Echo: hi' }, finish_reason: 'stop' });
    expect(await choice({ stop: ['x', ' hi'] })).toMatchObject({ message: { content: 'Echo:' } });
  });

  it('reports cached tokens when the prompt says cached', async () => {
    expect(await json(chat({ messages: [user('cached')] }))).toMatchObject({
      usage: { prompt_tokens_details: { cached_tokens: 64 } },
    });
  });

  it('refuses when the prompt says refuse', async () => {
    expect(await choice({ messages: [user('refuse')] })).toMatchObject({
      message: { content: null, refusal: 'I cannot help with that.' },
    });
    expect(await deltas({ messages: [user('refuse')] })).toContainEqual({ refusal: 'I' });
  });

  it('answers as often as n says', async () => {
    expect(await json(chat({ n: 2 }))).toMatchObject({ choices: [{ index: 0 }, { index: 1 }] });
  });

  it('carries the headers of the vendor', async () => {
    const { headers } = await chat({});
    expect(headers).toMatchObject({
      'x-request-id': expect.stringMatching(/^req_/),
      'openai-version': '2020-10-01',
      'x-ratelimit-remaining-requests': expect.any(String),
    });
  });
});

describe('an answer of Messages', () => {
  it('echoes the last user text', async () => {
    expect(await json(messages({}))).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      content: [{ type: 'text', text: 'Echo: hi there' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 3 },
    });
  });

  it('streams named events from message_start to message_stop', async () => {
    const names = [...(await messages({ stream: true })).text.matchAll(/^event: (.*)$/gm)].map((match) => match[1]);
    expect(names).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      ...Array.from({ length: 3 }, () => 'content_block_delta'),
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it('writes each event as a name, a line of data and a blank line', async () => {
    const { text } = await messages({ stream: true });
    expect(text.replace(/event: (\w+)\ndata: \{"type":"\1".*\}\n\n/g, '')).toBe('');
  });

  it('calls two tools when the prompt says parallel, unless that is switched off', async () => {
    const body = { tools: messagesTools, messages: [user('in parallel')] };
    expect(await json(messages(body))).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'tool_use', name: 'weather', input: { city: 'text', days: 1 } },
        { type: 'tool_use', name: 'clock' },
      ],
    });
    const alone = await json(messages({ ...body, tool_choice: { type: 'auto', disable_parallel_tool_use: true } }));
    expect(fieldOf(alone, 'content')).toHaveLength(1);
  });

  it('streams a tool call as a block of JSON deltas', async () => {
    const parts = await events(messages({ stream: true, tools: messagesTools }));
    expect(parts.map((part) => fieldOf(part, 'delta', 'partial_json') ?? '').join('')).toBe('{"city":"text","days":1}');
  });

  it('calls the tool that is forced, and none when none may be called', async () => {
    const forced = messages({ tools: messagesTools, tool_choice: { type: 'tool', name: 'clock' } });
    expect(await json(forced)).toMatchObject({ content: [{ name: 'clock' }] });
    const none = messages({ tools: messagesTools, tool_choice: { type: 'none' } });
    expect(await json(none)).toMatchObject({ stop_reason: 'end_turn' });
  });

  it('mentions the results of the tools it called, whatever system text follows', async () => {
    const conversation = [
      user('weather?'),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'weather', input: {} }] },
      user([{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'sun' }] }]),
      { role: 'system', content: 'Be brief.' },
    ];
    expect(await json(messages({ tools: messagesTools, messages: conversation }))).toMatchObject({
      content: [{ text: 'The tool said: sun' }],
    });
  });

  it('sees images', async () => {
    const content = [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
      { type: 'image', source: { type: 'url', url: 'http://x/y.png' } },
    ];
    expect(await json(messages({ messages: [user(content)] }))).toMatchObject({
      content: [{ text: expect.stringContaining('an image of 6 bytes. I see an image at http://x/y.png') }],
    });
  });

  it('thinks in a signed block when asked to', async () => {
    const thinking = { type: 'enabled', budget_tokens: 1024 };
    expect(await json(messages({ thinking }))).toMatchObject({
      content: [{ type: 'thinking', signature: expect.stringMatching(/.+/) }, { type: 'text' }],
      usage: { output_tokens_details: { thinking_tokens: 9 } },
    });
    const types = (await events(messages({ stream: true, thinking: { type: 'adaptive' } }))).map((part) =>
      fieldOf(part, 'delta', 'type'),
    );
    expect(types.indexOf('signature_delta')).toBeGreaterThan(types.lastIndexOf('thinking_delta'));
  });

  it('answers in JSON of the schema that is asked for', async () => {
    const format = { type: 'json_schema', schema: { type: 'object', properties: { n: { type: 'number' } } } };
    expect(await json(messages({ output_config: { format } }))).toMatchObject({ content: [{ text: '{"n":1.5}' }] });
  });

  it('stops at a tiny token limit and at a stop sequence', async () => {
    expect(await json(messages({ max_tokens: 1 }))).toMatchObject({ stop_reason: 'max_tokens' });
    expect(await json(messages({ stop_sequences: ['there'] }))).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'there',
    });
  });

  it('reports cached tokens when the prompt says cached', async () => {
    expect(await json(messages({ messages: [user('cached')] }))).toMatchObject({
      usage: { input_tokens: 11, cache_read_input_tokens: 64, cache_creation_input_tokens: 32 },
    });
  });

  it('refuses when the prompt says refuse', async () => {
    expect(await json(messages({ messages: [user('refuse')] }))).toMatchObject({
      stop_reason: 'refusal',
      stop_details: { type: 'refusal' },
    });
  });

  it('carries the headers of the vendor', async () => {
    const { headers } = await messages({});
    expect(headers).toMatchObject({
      'request-id': expect.stringMatching(/^req_/),
      'anthropic-ratelimit-requests-remaining': expect.any(String),
    });
  });
});
