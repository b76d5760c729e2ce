import type { DialectId } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { brokenRulesOfEvent, brokenRulesOfResponse, readResponseEvents } from './__fixtures__/response-rules.js';
import type { Json, ResponseEvent } from './__fixtures__/response-rules.js';
import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

/** What the public Open Responses compliance suite asks of a server over HTTP, and the order of events besides. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather at a place.',
  parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
};

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
});
beforeEach(() => {
  stack.reset();
});
afterAll(() => stack.close());

const say = (role: string, content: unknown, fields: Json = {}): Json => ({
  type: 'message',
  role,
  content,
  ...fields,
});

const post = (to: DialectId, body: Json): Promise<Response> =>
  fetch(`${stack.url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
    body: JSON.stringify({ model: models[to], ...body }),
  });

/** A Response that is complete, with its output. */
const respond = async (to: DialectId, body: Json): Promise<Json & { readonly output: readonly Json[] }> => {
  const reply = await post(to, body);
  const response = (await reply.json()) as Json & { readonly output: readonly Json[] };
  expect([reply.status, reply.status === 200 ? brokenRulesOfResponse(response) : response]).toEqual([200, []]);
  return response;
};

const stream = async (to: DialectId, body: Json): Promise<ResponseEvent[]> => {
  const reply = await post(to, { ...body, stream: true });
  expect([reply.status, reply.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/event-stream'),
  ]);
  return readResponseEvents(await reply.text());
};

const textOf = (item: Json | undefined): unknown => (item?.['content'] as Json[] | undefined)?.[0]?.['text'];

/** The events about one output item, in order. */
const ofItem = (events: readonly ResponseEvent[], index: number): ResponseEvent[] =>
  events.filter((event) => event['output_index'] === index);

const deltasOf = (events: readonly ResponseEvent[]): string =>
  events
    .filter(({ type }) => type.endsWith('.delta'))
    .map(({ delta }) => delta as string)
    .join('');

/** The types in order, runs of the same one counted once. */
const orderOf = (events: readonly ResponseEvent[]): string[] =>
  events.map(({ type }) => type.replace('response.', '')).filter((type, index, all) => type !== all[index - 1]);

const messageOrder = [
  'output_item.added',
  'content_part.added',
  'output_text.delta',
  'output_text.done',
  'content_part.done',
  'output_item.done',
];
const callOrder = [
  'output_item.added',
  'function_call_arguments.delta',
  'function_call_arguments.done',
  'output_item.done',
];

describe.each(dialectIds)('a Response of a %s backend', (to) => {
  it('answers a message, every field in its place', async () => {
    const response = await respond(to, { input: [say('user', 'Say hello in three words.')] });
    expect(response).toMatchObject({ status: 'completed', error: null, incomplete_details: null });
    expect(response['completed_at']).toBeGreaterThanOrEqual(response['created_at'] as number);
    expect(response.output).toMatchObject([{ type: 'message', role: 'assistant', status: 'completed' }]);
    expect(textOf(response.output[0])).toBe('Echo: Say hello in three words.');
    expect(response['usage']).toMatchObject({ total_tokens: expect.any(Number) });
  });

  it('repeats what it was asked for', async () => {
    const asked = {
      instructions: 'Be brief.',
      max_output_tokens: 99,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      temperature: 0.5,
      top_p: 0.9,
      tool_choice: 'auto',
      text: { format: { type: 'text' } },
      reasoning: { effort: 'low', summary: 'auto' },
    };
    const response = await respond(to, { ...asked, input: 'hi', tools: [weather] });
    expect(response).toMatchObject(asked);
    expect(response['tools']).toMatchObject([weather]);
  });

  it('minds the system', async () => {
    const input = [say('system', 'You are a pirate.'), say('user', 'Say hello.')];
    expect(await respond(to, { input })).toMatchObject({ status: 'completed' });
    expect(stack.providers[to].calls[0]?.body.toString('utf8')).toContain('You are a pirate.');
  });

  it('calls a tool', async () => {
    const { output } = await respond(to, { input: [say('user', 'How is the weather?')], tools: [weather] });
    expect(output).toMatchObject([{ type: 'function_call', name: 'get_weather', status: 'completed' }]);
    expect(JSON.parse(output[0]?.['arguments'] as string)).toEqual({ location: expect.any(String) });
  });

  it('sees an image', async () => {
    const content = [
      { type: 'input_text', text: 'What is it?' },
      { type: 'input_image', image_url: `data:image/png;base64,${pixel}` },
    ];
    const { output } = await respond(to, { input: [say('user', content)] });
    expect(textOf(output[0])).toMatch(/^I see an image of \d\d bytes\./);
  });

  it('goes on with a conversation', async () => {
    const input = [say('user', 'My name is Alice.'), say('assistant', 'Hello Alice!'), say('user', 'What is my name?')];
    expect(textOf((await respond(to, { input })).output[0])).toBe('Echo: What is my name?');
    const sent = stack.providers[to].calls[0]?.body.toString('utf8') ?? '';
    expect([sent.includes('My name is Alice.'), sent.includes('Hello Alice!')]).toEqual([true, true]);
  });

  it('takes the phases of what the assistant said, and says where they are lost', async () => {
    const input = [
      say('assistant', 'I look it up.', { phase: 'commentary' }),
      say('assistant', 'The number is four.', { phase: 'final_answer' }),
      say('user', 'Repeat only the number.'),
    ];
    const reply = await post(to, { input });
    expect([reply.status, brokenRulesOfResponse((await reply.json()) as Json)]).toEqual([200, []]);
    const losses = reply.headers.get('x-claudette-loss') ?? '';
    expect(/input\[0\]\.phase.*input\[1\]\.phase/.test(losses)).toBe(to !== 'openai-responses');
  });

  it('says why it is not complete', async () => {
    stack.providers[to].behave({ kind: 'answer', finish: 'length' });
    expect(await respond(to, { input: 'go on and on' })).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      completed_at: null,
      output: [{ status: 'incomplete' }],
    });
  });

  it('refuses to go on from a Response that only OpenAI could hold', async () => {
    const reply = await post(to, { input: 'hi', previous_response_id: 'resp_elsewhere' });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { message: expect.stringMatching(/previous/i) } });
  });
});

describe.each(dialectIds)('the stream of a %s backend', (to) => {
  /** Rules that hold for every stream; returns the Response it ends with. */
  const expectOrder = (events: readonly ResponseEvent[], end: string): Json & { readonly output: readonly Json[] } => {
    expect(events.flatMap(brokenRulesOfEvent)).toEqual([]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress']);
    expect(events.at(-1)?.type).toBe(end);
    const done = events.filter(({ type }) => type === 'response.output_item.done');
    expect(done.map(({ output_index: index }) => index)).toEqual(done.map((_, index) => index));
    const response = events.at(-1)?.['response'] as Json & { readonly output: readonly Json[] };
    expect(response.output).toEqual(done.map(({ item }) => item));
    for (const [index, item] of response.output.entries()) {
      const about = ofItem(events, index);
      expect([orderOf(about)[0], orderOf(about).at(-1)]).toEqual(['output_item.added', 'output_item.done']);
      const ids = about.map((event) => event['item_id'] ?? (event['item'] as Json)['id']);
      expect(new Set(ids)).toEqual(new Set([item['id']]));
    }
    return response;
  };

  it('tells an answer in order', async () => {
    const events = await stream(to, { input: [say('user', 'Count from 1 to 5.')] });
    const { output } = expectOrder(events, 'response.completed');
    expect(orderOf(ofItem(events, 0))).toEqual(messageOrder);
    expect(deltasOf(events)).toBe('Echo: Count from 1 to 5.');
    expect(textOf(output[0])).toBe('Echo: Count from 1 to 5.');
    expect(events.find(({ type }) => type === 'response.output_text.done')).toMatchObject({
      text: 'Echo: Count from 1 to 5.',
    });
  });

  it('tells calls in parallel in order', async () => {
    const tools = [weather, { ...weather, name: 'get_traffic' }];
    const events = await stream(to, { input: [say('user', 'both in parallel')], tools });
    const { output } = expectOrder(events, 'response.completed');
    expect(output).toMatchObject([{ name: 'get_weather' }, { name: 'get_traffic' }]);
    for (const [index, item] of output.entries()) {
      const about = ofItem(events, index);
      expect(orderOf(about)).toEqual(callOrder);
      expect(about[0]?.['item']).toMatchObject({ type: 'function_call', status: 'in_progress', arguments: '' });
      expect(deltasOf(about)).toBe(item['arguments']);
      expect(about.at(-2)).toMatchObject({ arguments: item['arguments'] });
    }
  });

  it('tells thoughts, and then what comes of them, in order', async () => {
    const events = await stream(to, { input: 'think', reasoning: { effort: 'low', summary: 'auto' } });
    const { output } = expectOrder(events, 'response.completed');
    expect(output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
    expect(orderOf(ofItem(events, 0)).slice(1, -1)).toEqual([
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
    ]);
    expect(output[0]?.['summary']).toEqual([{ type: 'summary_text', text: deltasOf(ofItem(events, 0)) }]);
  });

  it('tells a refusal in order', async () => {
    const events = await stream(to, { input: 'please refuse' });
    // Gemini does not refuse in words: it stops for safety.
    const ends = to === 'gemini' ? 'incomplete' : 'completed';
    const { output, incomplete_details: details } = expectOrder(events, `response.${ends}`);
    expect(JSON.stringify([output, details])).toMatch(/I cannot help with that\.|content_filter/);
  });

  it('ends as incomplete where it was cut short', async () => {
    stack.providers[to].behave({ kind: 'answer', finish: 'length' });
    const response = expectOrder(await stream(to, { input: 'go on' }), 'response.incomplete');
    expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });

  it('never completes after an error inside', async () => {
    stack.providers[to].behave({ kind: 'in-band-error' });
    const events = await stream(to, { input: 'one two three' });
    expect(events.flatMap(brokenRulesOfEvent)).toEqual([]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    expect(['error', 'response.failed']).toContain(events.at(-1)?.type);
    expect(JSON.stringify(events.at(-1))).toMatch(/"message":"\w/);
    expect(events.some(({ type }) => type === 'response.completed')).toBe(false);
  });
});
