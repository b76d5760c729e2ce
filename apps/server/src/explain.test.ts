import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ask } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    aliases: { both: ['chat/gpt-fake', 'claude/claude-fake'] },
    routing: { strategy: 'priority', retryBudgetRatio: 10 },
  });
});
beforeEach(() => stack.reset());
afterAll(() => stack.close());

const json = { 'content-type': 'application/json' };
const prompt = { model: 'both', messages: [{ role: 'user', content: 'one two three' }] };

const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${stack.url}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${stack.url}${path}`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('POST /api/plan', () => {
  it('says what would be done with a request, and sends nothing', async () => {
    const { status, body } = await post('/api/plan', { ...prompt, seed: 7 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dialect: 'openai-chat',
      model: 'both',
      strategy: 'priority',
      execution: 'single',
      candidates: [
        { backend: 'chat', model: 'gpt-fake', reasons: ['priority 1', 'entry 1 of the alias'] },
        { backend: 'claude', losses: expect.stringContaining('seed') },
      ],
      rejected: [],
    });
    expect(stack.chat.count() + stack.claude.count()).toBe(0);
    expect(stack.observations).toEqual([]);
  });

  it('knows that the cache would answer', async () => {
    const cached = { ...prompt, temperature: 0 };
    await (await ask(stack, { dialect: 'openai-chat', model: 'both', fields: { temperature: 0 } })).text();
    const asked = { ...cached, max_tokens: 100 };
    expect((await post('/api/plan', asked)).body).toMatchObject({ execution: 'cache' });
    expect((await post('/api/plan', { ...asked, seed: 1 })).body).toMatchObject({ execution: 'single' });
  });

  it.each([
    ['anthropic-messages', { ...prompt, max_tokens: 5 }, '', { 'anthropic-version': '2023-06-01' }],
    ['anthropic-messages', { ...prompt, max_tokens: 5 }, '?dialect=anthropic-messages', {}],
    ['openai-responses', { model: 'both', input: 'hi' }, '', {}],
    ['gemini', { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }, '?model=both&stream=true', {}],
  ])('takes a body of %s', async (dialect, body, query, headers) => {
    expect((await post(`/api/plan${query}`, body, headers)).body).toMatchObject({ dialect, model: 'both' });
  });

  it.each([
    ['?dialect=cobol', prompt, 'dialect must be one of'],
    ['', { model: 'both' }, 'none of messages, input and contents'],
    ['', { ...prompt, model: 'nonesuch' }, 'nonesuch'],
  ])('refuses what the request itself would be refused for: %s %j', async (query, body, why) => {
    const { status, body: answer } = await post(`/api/plan${query}`, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(answer)).toContain(why);
  });

  it('refuses what is likely to cost more than its limit', async () => {
    const { status, body } = await post('/api/plan', prompt, { 'x-claudette-cost-limit': '0.01' });
    expect(status).toBe(402);
    expect(JSON.stringify(body)).toContain('chat/gpt-fake: ');
  });
});

describe('GET /api/exchanges', () => {
  it('explains an exchange by the id that its answer carries', async () => {
    stack.chat.behave([{ kind: 'status', status: 500 }]);
    const response = await ask(stack, { dialect: 'openai-chat', model: 'both', fields: { seed: 7 } });
    await response.text();
    const id = response.headers.get('x-claudette-id') ?? '';
    const { body } = await get(`/api/exchanges/${id}`);
    expect(body).toMatchObject({
      id,
      asked: { requestedModel: 'both', dialect: 'openai-chat', operation: 'generate', stream: false },
      chosen: { backend: 'claude', model: 'claude-fake' },
      outcome: 'complete',
      why: expect.stringContaining('asked after chat/gpt-fake: upstream_failed'),
      attempts: [
        { backend: 'chat', reason: 'first', outcome: 'failed', errorCode: 'upstream_failed', orphaned: false },
        { backend: 'claude', reason: 'failover', outcome: 'complete' },
      ],
      timings: { totalMs: expect.any(Number), planMs: expect.any(Number), waitedMs: 0 },
      predictions: { inputTokens: { predicted: expect.any(Number), actual: expect.any(Number) } },
      losses: [{ path: 'seed' }],
    });
  });

  it('lists the latest first, as many as are asked for', async () => {
    for (const content of ['first', 'second', 'third']) {
      await (await ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake', content })).text();
    }
    const { body } = await get('/api/exchanges?limit=2');
    const listed = body['exchanges'] as { startedAt: string; asked: object }[];
    expect(listed).toHaveLength(2);
    expect(listed[0]?.startedAt.localeCompare(listed[1]?.startedAt ?? '')).toBeGreaterThanOrEqual(0);
  });

  it('has a refusal too', async () => {
    const response = await ask(stack, { dialect: 'openai-chat', model: 'nonesuch' });
    await response.text();
    const { body } = await get(`/api/exchanges/${response.headers.get('x-claudette-id')}`);
    expect(body).toMatchObject({ why: 'it ended before routing: model_not_found', attempts: [] });
  });

  it.each(['0', '1001', 'many'])('refuses a limit of %s', async (limit) => {
    expect((await get(`/api/exchanges?limit=${limit}`)).status).toBe(400);
  });

  it('says that there is no record of an exchange', async () => {
    expect((await get('/api/exchanges/x-nonesuch')).status).toBe(404);
  });
});

describe('/api/admin/breakers', () => {
  const circuitOf = async (name: string): Promise<Record<string, unknown> | undefined> => {
    const breakers = (await get('/api/admin/breakers')).body['breakers'] as { target: { backend: string } }[];
    return breakers.find(({ target }) => target.backend === name) as Record<string, unknown> | undefined;
  };

  it('shows state, reason and the time of the next probe', async () => {
    stack.chat.behave({ kind: 'status', status: 500 });
    for (let count = 0; count < 5; count += 1) {
      await (await ask(stack, { dialect: 'openai-chat', model: 'both', content: `${count}` })).text();
    }
    expect(await circuitOf('chat')).toMatchObject({
      state: 'open',
      reason: expect.stringMatching(/fail/),
      failureClass: 'server',
      nextProbeAtMs: expect.any(Number),
    });
    await eventually(async () => {
      const { text } = await stack.server.host.current().metricsText();
      return /claudette_circuit_state\{backend="chat",model="gpt-fake"\} 2/.test(text);
    });
  });

  it('opens, closes and resets circuits by hand, which moves traffic', async () => {
    const backendOf = async (content: string): Promise<string | null> => {
      const response = await ask(stack, { dialect: 'openai-chat', model: 'both', content });
      await response.text();
      return response.headers.get('x-claudette-backend');
    };
    await post('/api/admin/breakers/chat/gpt-fake/open', {});
    expect(await circuitOf('chat')).toMatchObject({ state: 'open', forced: true, reason: 'opened by hand' });
    expect(await backendOf('a')).toBe('claude');
    await post('/api/admin/breakers/chat/gpt-fake/close', {});
    expect(await backendOf('b')).toBe('chat');
    await post('/api/admin/breakers/chat/gpt-fake/open', {});
    await post('/api/admin/breakers/chat/gpt-fake/reset', {});
    expect(await circuitOf('chat')).toMatchObject({ state: 'closed', calls: 0 });
    expect(await backendOf('c')).toBe('chat');
  });

  it.each(['chat/gpt-fake/break', 'open', 'nonesuch/m/open'])('knows no %s', async (path) => {
    expect((await post(`/api/admin/breakers/${path}`, {})).status).toBe(404);
  });

  it('is seen by viewers and changed by administrators only', async () => {
    const keyed = await startStack({ auth: { mode: 'keys' } });
    const statuses = await Promise.all(
      (['client', 'viewer', 'admin'] as const).map(async (role) => {
        const { key } = keyed.server.host.current().keys.create({ name: role, role });
        const headers = { ...json, 'x-api-key': key };
        const seen = await fetch(`${keyed.url}/api/admin/breakers`, { headers });
        const changed = await fetch(`${keyed.url}/api/admin/breakers/chat/gpt-fake/open`, {
          method: 'POST',
          headers,
          body: '{}',
        });
        return [seen.status, changed.status];
      }),
    );
    expect(statuses).toEqual([
      [403, 403],
      [200, 403],
      [200, 200],
    ]);
    await keyed.close();
  });
});
