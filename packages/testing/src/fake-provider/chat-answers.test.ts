import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker, eventsOf, jsonOf } from './__fixtures__/ask-provider.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, listOf } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const { chat } = createAsker(() => provider);
const user = (content: unknown): object => ({ role: 'user', content });
const choice = async (body: object): Promise<unknown> => listOf(fieldOf(await jsonOf(chat(body)), 'choices'))[0];
const deltas = async (body: object): Promise<unknown[]> =>
  (await eventsOf(chat({ stream: true, ...body }))).map((chunk) =>
    fieldOf(listOf(fieldOf(chunk, 'choices'))[0], 'delta'),
  );

const parameters = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } };
const chatTools = ['weather', 'clock'].map((name) => ({ type: 'function', function: { name, parameters } }));
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
    const asked = await eventsOf(chat({ stream: true, stream_options: { include_usage: true } }));
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
    expect(await jsonOf(chat({ messages: [user('cached')] }))).toMatchObject({
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
    expect(await jsonOf(chat({ n: 2 }))).toMatchObject({ choices: [{ index: 0 }, { index: 1 }] });
  });

  it('carries the headers of the vendor', async () => {
    const { headers } = await chat({});
    expect(headers).toMatchObject({
      'x-request-id': expect.stringMatching(/^req_/),
      'openai-version': '2020-10-01',
      'x-ratelimit-remaining-requests': expect.any(String),
    });
  });

  it('gives text to a custom tool', async () => {
    const tools = [{ type: 'custom', custom: { name: 'patch' } }];
    expect(await choice({ tools })).toMatchObject({
      message: { tool_calls: [{ type: 'custom', custom: { name: 'patch', input: 'text' } }] },
    });
    const [, start, part] = await deltas({ tools, tool_choice: { type: 'custom', custom: { name: 'patch' } } });
    expect([start, part]).toMatchObject([
      { tool_calls: [{ index: 0, type: 'custom', custom: { name: 'patch', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'text' } }] },
    ]);
  });

  it('calls only tools that are allowed', async () => {
    const allowed_tools = { mode: 'required', tools: [{ type: 'function', function: { name: 'clock' } }] };
    expect(await choice({ tools: chatTools, tool_choice: { type: 'allowed_tools', allowed_tools } })).toMatchObject({
      message: { tool_calls: [{ function: { name: 'clock' } }] },
    });
  });

  it('takes what the user shows after the results for what belongs to them', async () => {
    const calls = [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } }];
    const image = { type: 'image_url', image_url: { url: 'http://x/y.png' } };
    const conversation = [
      user('weather?'),
      { role: 'assistant', tool_calls: calls },
      { role: 'tool', tool_call_id: 'a', content: 'see below' },
      user([{ type: 'text', text: 'a:' }, image]),
    ];
    expect(await choice({ tools: chatTools, messages: conversation })).toMatchObject({
      message: { content: 'I see an image at http://x/y.png. The tool said: see below' },
    });
  });

  it('sees documents', async () => {
    const file = { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pixel}` };
    expect(await choice({ messages: [user([{ type: 'file', file }])] })).toMatchObject({
      message: { content: expect.stringContaining('I see a document of 6 bytes.') },
    });
  });

  it('tells how likely its words were when asked', async () => {
    expect(await choice({ logprobs: true, top_logprobs: 1 })).toMatchObject({
      logprobs: {
        content: [{ token: 'Echo:', logprob: -0.125, top_logprobs: [{ token: 'Echo:' }] }, {}, {}],
        refusal: null,
      },
    });
    expect(await choice({ logprobs: true })).toMatchObject({ logprobs: { content: [{ top_logprobs: [] }, {}, {}] } });
    expect(await choice({})).toMatchObject({ logprobs: null });
  });

  it('names its source when the prompt says cite', async () => {
    expect(await choice({ messages: [user('cite')] })).toMatchObject({
      message: { annotations: [{ type: 'url_citation', url_citation: { start_index: 0, end_index: 10 } }] },
    });
  });
});
