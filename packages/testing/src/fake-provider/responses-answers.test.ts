import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker, eventsOf, jsonOf } from './__fixtures__/ask-provider.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, listOf } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const { responses } = createAsker(() => provider);
const answer = (body: object): Promise<unknown> => jsonOf(responses(body));
const output = async (body: object): Promise<readonly unknown[]> => listOf(fieldOf(await answer(body), 'output'));
const events = (body: object): Promise<unknown[]> => eventsOf(responses({ stream: true, ...body }));
const typesOf = (list: readonly unknown[]): unknown[] => list.map((event) => fieldOf(event, 'type'));
const saying = (text: string): object => ({ type: 'output_text', text });

const parameters = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } };
const tools = ['weather', 'clock'].map((name) => ({ type: 'function', name, parameters }));
const pixel = Buffer.from('pixels').toString('base64');

describe('an answer of Responses', () => {
  it('echoes the last user text in a message', async () => {
    expect(await answer({})).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      status: 'completed',
      output: [{ type: 'message', id: expect.stringMatching(/^msg_/), content: [saying('Echo: hi there')] }],
      usage: { input_tokens: 12, output_tokens: 3, total_tokens: 15 },
    });
  });

  it('has every field of a Response, null where nothing is set', async () => {
    const fields = [
      ...['background', 'completed_at', 'created_at', 'error', 'frequency_penalty', 'incomplete_details'],
      ...['instructions', 'max_output_tokens', 'max_tool_calls', 'metadata', 'model', 'object', 'output'],
      ...['parallel_tool_calls', 'presence_penalty', 'previous_response_id', 'prompt_cache_key', 'reasoning'],
      ...['safety_identifier', 'service_tier', 'status', 'store', 'temperature', 'text', 'tool_choice', 'tools'],
      ...['top_logprobs', 'top_p', 'truncation', 'usage', 'user'],
    ];
    expect(Object.keys((await answer({})) as object)).toEqual(expect.arrayContaining(fields));
  });

  it('repeats what was asked for', async () => {
    const asked = { instructions: 'Be brief.', temperature: 0.2, metadata: { a: 'b' }, store: false, user: 'u' };
    expect(await answer({ ...asked, tools, tool_choice: 'none', service_tier: 'flex' })).toMatchObject({
      ...asked,
      service_tier: 'flex',
      tools: [{ name: 'weather', strict: true, description: null }, { name: 'clock' }],
    });
  });

  it('streams typed events, numbered from 0', async () => {
    const list = await events({});
    expect(typesOf(list)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...Array.from({ length: 3 }, () => 'response.output_text.delta'),
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(list.map((event) => fieldOf(event, 'sequence_number'))).toEqual([...list.keys()]);
  });

  it('writes each event as a name, a line of data and a blank line', async () => {
    const { text } = await responses({ stream: true });
    expect(text.replace(/event: ([\w.]+)\ndata: \{"type":"\1".*\}\n\n/g, '')).toBe('');
  });

  it('ends its stream with what the whole reply says', async () => {
    const [created, ...others] = await events({ tools });
    expect(fieldOf(others.at(-1), 'response')).toMatchObject({
      status: 'completed',
      output: await output({ tools }).then((items) => items.map((item) => ({ type: fieldOf(item, 'type') }))),
    });
    expect(created).toMatchObject({ response: { status: 'in_progress', output: [], usage: null } });
  });

  it('calls a function with arguments that fit its schema', async () => {
    expect(await output({ tools })).toMatchObject([
      {
        type: 'function_call',
        id: expect.stringMatching(/^fc_/),
        call_id: expect.stringMatching(/^call_/),
        name: 'weather',
        arguments: '{"city":"text","days":1}',
      },
    ]);
  });

  it('streams the arguments of a call', async () => {
    const list = await events({ tools });
    const deltas = list.filter((event) => fieldOf(event, 'type') === 'response.function_call_arguments.delta');
    expect(deltas.map((event) => fieldOf(event, 'delta')).join('')).toBe('{"city":"text","days":1}');
    expect(list).toContainEqual(expect.objectContaining({ arguments: '{"city":"text","days":1}' }));
  });

  it('calls two tools when the prompt says parallel, unless that is switched off', async () => {
    const body = { tools, input: 'in parallel' };
    expect(await output(body)).toHaveLength(2);
    expect(await output({ ...body, parallel_tool_calls: false })).toHaveLength(1);
  });

  it.each([
    ['forced', { type: 'function', name: 'clock' }],
    ['the only one allowed', { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'clock' }] }],
  ])('calls the tool that is %s', async (_, tool_choice) => {
    expect(await output({ tools, tool_choice })).toMatchObject([{ name: 'clock' }]);
  });

  it('calls no tool when none may be called', async () => {
    expect(await output({ tools, tool_choice: 'none' })).toMatchObject([{ type: 'message' }]);
  });

  it('gives text to a custom tool', async () => {
    const custom = { type: 'custom', name: 'patch' };
    expect(await output({ tools: [custom] })).toMatchObject([
      { type: 'custom_tool_call', id: expect.stringMatching(/^ctc_/), name: 'patch', input: 'text' },
    ]);
    expect(typesOf(await events({ tools: [custom] }))).toContain('response.custom_tool_call_input.delta');
  });

  it('names the namespace of a nested tool', async () => {
    const nested = { type: 'namespace', name: 'agents', description: '', tools: [...tools, { type: 'web_search' }] };
    expect(await output({ tools: [nested] })).toMatchObject([{ name: 'weather', namespace: 'agents' }]);
  });

  it('leaves hosted tools to themselves', async () => {
    expect(await output({ tools: [{ type: 'web_search' }] })).toMatchObject([{ type: 'message' }]);
  });

  it('mentions the results of the tools it called, with what else is in them', async () => {
    const call = (id: string): object => ({ type: 'function_call', call_id: id, name: 'weather', arguments: '{}' });
    const result = (id: string, said: unknown): object => ({ type: 'function_call_output', call_id: id, output: said });
    const image = { type: 'input_image', image_url: `data:image/png;base64,${pixel}` };
    const input = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'input_text', text: 'weather?' }] },
      ...[call('a'), call('b'), result('a', 'sun'), result('b', [{ type: 'input_text', text: 'rain' }, image])],
    ];
    expect(await output({ tools, input })).toMatchObject([
      { content: [saying('The tool said: sun and rain, an image of 6 bytes')] },
    ]);
  });

  it('sees images and documents', async () => {
    const content = [
      { type: 'input_image', image_url: 'http://x/y.png' },
      { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pixel}` },
      { type: 'input_text', text: 'look' },
    ];
    expect(await output({ input: [{ role: 'user', content }] })).toMatchObject([
      { content: [saying('I see an image at http://x/y.png. I see a document of 6 bytes. Echo: look')] },
    ]);
  });

  it('reasons, and says what only when a summary is asked for', async () => {
    expect(await output({ reasoning: { effort: 'low' } })).toMatchObject([
      { type: 'reasoning', id: expect.stringMatching(/^rs_/), summary: [] },
      { type: 'message' },
    ]);
    expect(await output({ reasoning: { summary: 'auto' } })).toMatchObject([
      { summary: [{ type: 'summary_text', text: expect.stringContaining('echo') }] },
      { type: 'message' },
    ]);
    expect(await output({ reasoning: { effort: 'none', summary: 'auto' } })).toHaveLength(1);
  });

  it('streams the summary, and encrypts the reasoning only when that is included', async () => {
    const list = await events({ reasoning: { summary: 'auto' }, include: ['reasoning.encrypted_content'] });
    expect(typesOf(list).filter((type) => String(type).includes('reasoning'))).toEqual([
      'response.reasoning_summary_part.added',
      ...Array.from({ length: 9 }, () => 'response.reasoning_summary_text.delta'),
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
    ]);
    expect(JSON.stringify(list)).toContain('encrypted_content');
    expect((await responses({ reasoning: { summary: 'auto' } })).text).not.toContain('encrypted_content');
  });

  it('answers in JSON of the schema that is asked for', async () => {
    const schema = { type: 'object', properties: { unit: { enum: ['c', 'f'] } } };
    const format = { type: 'json_schema', name: 'w', schema };
    expect(await output({ text: { format } })).toMatchObject([{ content: [saying('{"unit":"c"}')] }]);
    expect(await output({ text: { format: { type: 'json_object' } } })).toMatchObject([
      { content: [saying('{"echo":"hi there"}')] },
    ]);
  });

  it('stops at the smallest token limit', async () => {
    const body = { max_output_tokens: 16, input: 'one two three' };
    expect(await answer(body)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      completed_at: null,
      output: [{ status: 'incomplete', content: [saying('Echo:')] }],
    });
    expect(typesOf(await events(body)).at(-1)).toBe('response.incomplete');
  });

  it('reports cached tokens when the prompt says cached', async () => {
    expect(await answer({ input: 'cached' })).toMatchObject({
      usage: { input_tokens: 107, input_tokens_details: { cached_tokens: 64, cache_write_tokens: 32 } },
    });
  });

  it('refuses when the prompt says refuse', async () => {
    expect(await output({ input: 'refuse' })).toMatchObject([
      { content: [{ type: 'refusal', refusal: 'I cannot help with that.' }] },
    ]);
    expect(typesOf(await events({ input: 'refuse' }))).toEqual(
      expect.arrayContaining(['response.refusal.delta', 'response.refusal.done']),
    );
  });

  it('names its source when the prompt says cite', async () => {
    const annotation = { type: 'url_citation', url: 'https://example.com/source', start_index: 0, end_index: 10 };
    expect(await output({ input: 'cite' })).toMatchObject([{ content: [{ annotations: [annotation] }] }]);
    expect(await events({ input: 'cite' })).toContainEqual(
      expect.objectContaining({ type: 'response.output_text.annotation.added', annotation_index: 0 }),
    );
  });

  it('tells how likely its words were when that is included', async () => {
    const body = { include: ['message.output_text.logprobs'], top_logprobs: 2 };
    const [message] = await output(body);
    const [part] = listOf(fieldOf(message, 'content'));
    expect(fieldOf(part, 'logprobs')).toMatchObject([
      { token: 'Echo:', logprob: -0.125, top_logprobs: [{ token: 'Echo:' }, { logprob: -1.125 }] },
      { token: ' hi' },
      { token: ' there' },
    ]);
    expect(await events(body)).toContainEqual(
      expect.objectContaining({ delta: ' hi', logprobs: [expect.objectContaining({ token: ' hi' })] }),
    );
  });
});

describe('a stored Response', () => {
  const call = { tools, input: 'weather?' };

  it('can be continued by its id', async () => {
    const first = await answer(call);
    const [made] = listOf(fieldOf(first, 'output'));
    const input = [{ type: 'function_call_output', call_id: fieldOf(made, 'call_id'), output: 'sun' }];
    const second = await answer({ tools, input, previous_response_id: fieldOf(first, 'id') });
    expect(second).toMatchObject({ output: [{ content: [saying('The tool said: sun')] }] });
    expect(second).toMatchObject({ previous_response_id: fieldOf(first, 'id') });
  });

  it('lends its items to references', async () => {
    const first = await answer(call);
    const [made] = listOf(fieldOf(first, 'output'));
    const input = [
      { type: 'item_reference', id: fieldOf(made, 'id') },
      { role: 'user', content: 'and now?' },
    ];
    expect((await responses({ input })).status).toBe(200);
  });

  it('is not one when the client said store: false', async () => {
    const previous_response_id = fieldOf(await answer({ store: false }), 'id');
    expect((await responses({ previous_response_id })).status).toBe(400);
  });
});
