import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker, eventsOf, jsonOf } from './__fixtures__/ask-provider.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const { messages } = createAsker(() => provider);
const user = (content: unknown): object => ({ role: 'user', content });

const parameters = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } };
const messagesTools = ['weather', 'clock'].map((name) => ({ name, input_schema: parameters }));
const pixel = Buffer.from('pixels').toString('base64');

describe('an answer of Messages', () => {
  it('echoes the last user text', async () => {
    expect(await jsonOf(messages({}))).toMatchObject({
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
    expect(await jsonOf(messages(body))).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'tool_use', name: 'weather', input: { city: 'text', days: 1 } },
        { type: 'tool_use', name: 'clock' },
      ],
    });
    const alone = await jsonOf(messages({ ...body, tool_choice: { type: 'auto', disable_parallel_tool_use: true } }));
    expect(fieldOf(alone, 'content')).toHaveLength(1);
  });

  it('streams a tool call as a block of JSON deltas', async () => {
    const parts = await eventsOf(messages({ stream: true, tools: messagesTools }));
    expect(parts.map((part) => fieldOf(part, 'delta', 'partial_json') ?? '').join('')).toBe('{"city":"text","days":1}');
  });

  it('calls the tool that is forced, and none when none may be called', async () => {
    const forced = messages({ tools: messagesTools, tool_choice: { type: 'tool', name: 'clock' } });
    expect(await jsonOf(forced)).toMatchObject({ content: [{ name: 'clock' }] });
    const none = messages({ tools: messagesTools, tool_choice: { type: 'none' } });
    expect(await jsonOf(none)).toMatchObject({ stop_reason: 'end_turn' });
  });

  it('mentions the results of the tools it called, whatever system text follows', async () => {
    const conversation = [
      user('weather?'),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'weather', input: {} }] },
      user([{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'sun' }] }]),
      { role: 'system', content: 'Be brief.' },
    ];
    expect(await jsonOf(messages({ tools: messagesTools, messages: conversation }))).toMatchObject({
      content: [{ text: 'The tool said: sun' }],
    });
  });

  it('sees images', async () => {
    const content = [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
      { type: 'image', source: { type: 'url', url: 'http://x/y.png' } },
    ];
    expect(await jsonOf(messages({ messages: [user(content)] }))).toMatchObject({
      content: [{ text: expect.stringContaining('an image of 6 bytes. I see an image at http://x/y.png') }],
    });
  });

  it('thinks in a signed block when asked to', async () => {
    const thinking = { type: 'enabled', budget_tokens: 1024 };
    expect(await jsonOf(messages({ thinking }))).toMatchObject({
      content: [{ type: 'thinking', signature: expect.stringMatching(/.+/) }, { type: 'text' }],
      usage: { output_tokens_details: { thinking_tokens: 9 } },
    });
    const types = (await eventsOf(messages({ stream: true, thinking: { type: 'adaptive' } }))).map((part) =>
      fieldOf(part, 'delta', 'type'),
    );
    expect(types.indexOf('signature_delta')).toBeGreaterThan(types.lastIndexOf('thinking_delta'));
  });

  it('answers in JSON of the schema that is asked for', async () => {
    const format = { type: 'json_schema', schema: { type: 'object', properties: { n: { type: 'number' } } } };
    expect(await jsonOf(messages({ output_config: { format } }))).toMatchObject({ content: [{ text: '{"n":1.5}' }] });
  });

  it('stops at a tiny token limit and at a stop sequence', async () => {
    expect(await jsonOf(messages({ max_tokens: 1 }))).toMatchObject({ stop_reason: 'max_tokens' });
    expect(await jsonOf(messages({ stop_sequences: ['there'] }))).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'there',
    });
  });

  it('reports cached tokens when the prompt says cached', async () => {
    expect(await jsonOf(messages({ messages: [user('cached')] }))).toMatchObject({
      usage: { input_tokens: 11, cache_read_input_tokens: 64, cache_creation_input_tokens: 32 },
    });
  });

  it('refuses when the prompt says refuse', async () => {
    expect(await jsonOf(messages({ messages: [user('refuse')] }))).toMatchObject({
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

  it('sees documents, as data and as text', async () => {
    const content = [
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pixel } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é' } },
    ];
    expect(await jsonOf(messages({ messages: [user(content)] }))).toMatchObject({
      content: [{ text: expect.stringContaining('a document of 6 bytes. I see a document of 2 bytes') }],
    });
  });

  it('mentions what else is in a result, and what the user says beside it', async () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } };
    const conversation = [
      user('weather?'),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'weather', input: {} }] },
      user([
        { type: 'tool_result', tool_use_id: 'a', content: [image] },
        { type: 'text', text: 'well?' },
      ]),
    ];
    expect(await jsonOf(messages({ messages: conversation }))).toMatchObject({
      content: [{ text: 'The tool said: an image of 6 bytes' }],
    });
  });

  it('names its source when the prompt says cite', async () => {
    expect(await jsonOf(messages({ messages: [user('cite')] }))).toMatchObject({
      content: [{ citations: [{ type: 'web_search_result_location', cited_text: 'What the source says.' }] }],
    });
  });

  it('redacts some of its thinking when the prompt says redact', async () => {
    const body = { thinking: { type: 'adaptive' }, messages: [user('redact')] };
    const types = ['thinking', 'redacted_thinking', 'text'].map((type) => ({ type }));
    expect(await jsonOf(messages(body))).toMatchObject({ content: types });
    expect(await eventsOf(messages({ ...body, stream: true }))).toContainEqual(
      expect.objectContaining({ content_block: { type: 'redacted_thinking', data: expect.any(String) } }),
    );
  });
});
