import type { DialectId } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import { createFakeProvider } from '@claudette/testing';
import type { FakeProvider } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

type Json = Readonly<Record<string, unknown>>;

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const parameters = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };

let stack: Stack;
/** A server that speaks the chat dialect and has no tools that take text. */
let plainServer: FakeProvider;
let plain: Stack;
beforeAll(async () => {
  plainServer = await createFakeProvider();
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
  const backend = { provider: 'openai-compatible', baseUrl: `${plainServer.url}/v1`, models: ['plain-fake'] };
  plain = await startStack({ backends: { plain: backend } });
});
beforeEach(() => {
  plainServer.reset();
  stack.reset();
});
afterAll(async () => {
  await Promise.all([stack.close(), plain.close()]);
  await plainServer.close();
});

const translated = ['openai-chat', 'anthropic-messages', 'gemini'] as const;

const post = (path: string, body: Json, to: Pick<Stack, 'url'> = stack, headers: Record<string, string> = {}) =>
  fetch(`${to.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const lossOf = (response: Response): string => response.headers.get('x-claudette-loss') ?? '';

describe('Codex', () => {
  const user = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'go on' }] };
  const ask = (fields: Json, to: Pick<Stack, 'url'> = stack): Promise<Response> =>
    post('/v1/responses', { input: [user], store: false, include: ['reasoning.encrypted_content'], ...fields }, to);
  const outputOf = async (response: Response): Promise<Json[]> =>
    ((await response.json()) as { output: Json[] }).output;
  /** The items that a stream says are done, as Codex reads them. */
  const streamedItems = async (response: Response): Promise<Json[]> =>
    (await response.text())
      .split('\n\n')
      .map((frame) => /^data: (.*)$/m.exec(frame)?.[1])
      .flatMap((data) => (data === undefined || data === '[DONE]' ? [] : [JSON.parse(data) as Json]))
      .filter(({ type }) => type === 'response.output_item.done')
      .map(({ item }) => item as Json);
  const read = (response: Response, stream: boolean): Promise<Json[]> =>
    stream ? streamedItems(response) : outputOf(response);

  const nested = { type: 'function', name: 'close', description: 'Close it.', strict: false, parameters };
  const namespace = { type: 'namespace', name: 'agents', description: 'All about agents.', tools: [nested] };

  describe.each(translated)('over a %s backend', (dialect) => {
    it.each([false, true])('finds its nested tools as it nested them (stream: %s)', async (stream) => {
      const response = await ask({ model: models[dialect], tools: [namespace], stream });
      expect(await read(response, stream)).toMatchObject([
        { type: 'function_call', namespace: 'agents', name: 'close', arguments: '{"id":"text"}' },
      ]);
      expect(stack.providers[dialect].calls[0]?.body.toString('utf8')).toContain('"name":"agents__close"');
    });

    it('goes on after the call of a nested tool', async () => {
      const [call = {}] = await outputOf(await ask({ model: models[dialect], tools: [namespace] }));
      const result = { type: 'function_call_output', call_id: call['call_id'], output: 'closed' };
      const input = [user, call, result];
      const second = await outputOf(await ask({ model: models[dialect], tools: [namespace], input }));
      expect(second).toMatchObject([{ type: 'message', content: [{ text: 'The tool said: closed' }] }]);
      expect(
        stack.providers[dialect].calls[1]?.body.toString('utf8').match(/"agents__close"/g)?.length,
      ).toBeGreaterThan(1);
    });

    it('may force a nested tool', async () => {
      const choice = { type: 'function', namespace: 'agents', name: 'close' };
      const other = { type: 'function', name: 'other', strict: false, parameters };
      const response = await ask({ model: models[dialect], tools: [other, namespace], tool_choice: choice });
      expect(await outputOf(response)).toMatchObject([{ namespace: 'agents', name: 'close' }]);
    });

    it('is told that its web search is not there', async () => {
      const tools = [namespace, { type: 'web_search', external_web_access: true }];
      const response = await ask({ model: models[dialect], tools });
      expect(response.status).toBe(200);
      expect(lossOf(response)).toContain('tools[1]');
    });
  });

  const patch = {
    type: 'custom',
    name: 'apply_patch',
    description: 'Changes files.',
    format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
  };
  const backends: readonly (readonly [
    name: string,
    stack: () => Stack,
    model: string,
    provider: () => FakeProvider,
  ])[] = [
    ['a chat backend that has text tools', () => stack, models['openai-chat'], () => stack.providers['openai-chat']],
    ['a chat backend that has none', () => plain, 'plain/plain-fake', () => plainServer],
    ['Messages', () => stack, models['anthropic-messages'], () => stack.providers['anthropic-messages']],
    ['Gemini', () => stack, models.gemini, () => stack.providers.gemini],
  ];

  describe.each(backends)('with a tool that takes text, over %s', (_name, to, model, provider) => {
    it.each([false, true])('is called with plain text (stream: %s)', async (stream) => {
      const response = await ask({ model, tools: [patch], stream }, to());
      expect(await read(response, stream)).toMatchObject([
        { type: 'custom_tool_call', name: 'apply_patch', input: 'text', call_id: expect.any(String) },
      ]);
    });

    it('goes on after the call', async () => {
      const [call = {}] = await outputOf(await ask({ model, tools: [patch] }, to()));
      const result = { type: 'custom_tool_call_output', call_id: call['call_id'], output: 'done' };
      const response = await ask({ model, tools: [patch], input: [user, call, result] }, to());
      expect(await outputOf(response)).toMatchObject([{ content: [{ text: 'The tool said: done' }] }]);
      expect(provider().calls).toHaveLength(2);
    });
  });

  it.each(['anthropic-messages', 'gemini'] as const)(
    'is told that the grammar of its text tool does not reach a %s backend',
    async (dialect) => {
      expect(lossOf(await ask({ model: models[dialect], tools: [patch] }))).toMatch(/tools\[0\].*format/);
    },
  );

  it.each([...dialectIds.map((dialect) => models[dialect]), 'gemini/gemini-3-fake'])(
    'shows %s the image that a tool gave',
    async (model) => {
      const call = {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'view_image',
        arguments: '{"id":"a"}',
      };
      const output = [{ type: 'input_image', image_url: `data:image/png;base64,${pixel}` }];
      const input = [user, call, { type: 'function_call_output', call_id: 'call_1', output }];
      const view = { type: 'function', name: 'view_image', strict: false, parameters };
      const response = await ask({ model, tools: [view], input });
      expect(await outputOf(response)).toMatchObject([
        { content: [{ text: expect.stringMatching(/an image of \d\d bytes/) }] },
      ]);
      expect(lossOf(response)).not.toContain('input[2]');
    },
  );
});

describe('Claude Code', () => {
  const version = { 'anthropic-version': '2023-06-01' };
  const messages = (fields: Json): Promise<Response> =>
    post('/v1/messages?beta=true', { max_tokens: 4000, ...fields }, stack, version);

  it('learns that somebody is there', async () => {
    expect((await fetch(`${stack.url}/api/hello`, { method: 'HEAD' })).status).toBe(200);
  });

  it('finds every target, page by page, in the shape of Anthropic', async () => {
    const list = async (query: string): Promise<{ data: Json[]; has_more: boolean; last_id: string }> =>
      (await (await fetch(`${stack.url}/v1/models?${query}`, { headers: version })).json()) as never;
    const all = await list('limit=1000');
    expect(all).toMatchObject({ has_more: false, first_id: all.data[0]?.['id'], last_id: all.data.at(-1)?.['id'] });
    expect(all.data.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.values(models)));
    for (const model of all.data) {
      expect(model).toMatchObject({ type: 'model', display_name: expect.any(String), created_at: expect.any(String) });
    }
    const first = await list('limit=3');
    const second = await list(`limit=3&after_id=${encodeURIComponent(first.last_id)}`);
    expect(first.has_more).toBe(true);
    expect([...first.data, ...second.data]).toEqual(all.data.slice(0, 6));
  });

  it.each(dialectIds)(
    'counts the tokens of a prompt for a %s backend, and hears whether it is an estimate',
    async (to) => {
      const body = { model: models[to], messages: [{ role: 'user', content: 'how many tokens are these' }] };
      const response = await post('/v1/messages/count_tokens?beta=true', body, stack, version);
      const { input_tokens: tokens } = (await response.json()) as { input_tokens: number };
      expect([response.status, tokens > 4]).toEqual([200, true]);
      const asked = stack.providers[to].count('count') === 1;
      expect(response.headers.get('x-claudette-estimate')).toBe(asked ? null : 'true');
      expect(stack.providers[to].count('generate')).toBe(0);
    },
  );

  /** Where and how each provider finds what the system said inside the conversation. */
  const systemInside: Readonly<Record<DialectId, unknown>> = {
    'openai-chat': { messages: [{ role: 'user' }, { role: expect.stringMatching(/^(?:system|developer)$/) }] },
    'openai-responses': { input: [{ role: 'user' }, { role: expect.stringMatching(/^(?:system|developer)$/) }] },
    'anthropic-messages': { messages: [{ role: 'user' }, { role: 'system' }] },
    gemini: { contents: [{ role: 'user', parts: [{ text: 'hello' }, { text: '<system>Be brief.</system>' }] }] },
  };

  it.each(dialectIds)('says something as the system inside the conversation, to a %s backend', async (to) => {
    const said = [
      { role: 'user', content: 'hello' },
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
    ];
    const response = await messages({ model: models[to], messages: said });
    expect(response.status).toBe(200);
    expect(stack.providers[to].calls[0]?.json).toMatchObject(systemInside[to] as object);
    expect(lossOf(response).includes('messages[1].role')).toBe(to === 'gemini');
  });

  const thinkingAs: Readonly<Record<DialectId, unknown>> = {
    'openai-chat': { reasoning_effort: 'medium' },
    'openai-responses': { reasoning: { effort: 'medium' } },
    'anthropic-messages': { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
    gemini: { generationConfig: { thinkingConfig: { thinkingLevel: expect.stringMatching(/^medium$/i) } } },
  };

  it.each(dialectIds)('lets a %s backend think as much as it sees fit', async (to) => {
    const model = to === 'gemini' ? 'gemini/gemini-3-fake' : models[to];
    const response = await messages({
      model,
      messages: [{ role: 'user', content: 'hello' }],
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'medium' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    });
    expect(response.status).toBe(200);
    expect(stack.providers[to].calls[0]?.json).toMatchObject(thinkingAs[to] as object);
    expect(lossOf(response).includes('context_management')).toBe(to !== 'anthropic-messages');
  });

  it.each(dialectIds)('offers a deferred tool to a %s backend, and hears where it is not deferred', async (to) => {
    const tools = [
      { name: 'first', input_schema: parameters },
      { name: 'later', input_schema: parameters, defer_loading: true },
    ];
    const response = await messages({
      model: models[to],
      messages: [{ role: 'user', content: 'in parallel' }],
      tools,
    });
    const { content } = (await response.json()) as { content: Json[] };
    expect(content).toMatchObject([{ name: 'first' }, { name: 'later' }]);
    expect(lossOf(response).includes('tools[1].defer_loading')).toBe(to !== 'anthropic-messages');
  });
});
