import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ auth: { mode: 'keys' } });
});
afterAll(() => stack.close());

const paths = { 'openai-chat': '/v1/chat/completions', 'anthropic-messages': '/v1/messages' } as const;
type Path = (typeof paths)[keyof typeof paths];

const post = (path: Path | string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> => {
  const { key } = stack.server.host.current().keys.create({ name: `bad-input-${Math.random()}` });
  return fetch(stack.url + path, { method: 'POST', body, headers: { 'x-api-key': key, ...headers } });
};

/** The error as each dialect writes it: kind and message. */
async function errorOf(response: Response, path: string): Promise<{ type: string; message: string }> {
  expect(response.headers.get('x-claudette-id')).toMatch(/^x-[0-9a-f-]{36}$/);
  const body = (await response.json()) as { type?: string; error: { type: string; message: string } };
  expect(body.type).toBe(path === '/v1/messages' ? 'error' : undefined);
  return body.error;
}

const message = { role: 'user', content: 'hi' };
const rows: readonly (readonly [name: string, body: unknown, status: number, says: string])[] = [
  ['malformed JSON', '{"model":', 400, 'not valid JSON'],
  ['no JSON at all', '', 400, 'not valid JSON'],
  ['an array', [], 400, 'must be an object'],
  ['no model', { messages: [message], max_tokens: 1 }, 400, 'model must be a string'],
  [
    'a model of the wrong type',
    { model: 5, messages: [message], max_tokens: 1 },
    400,
    'model must be a string, but is 5',
  ],
  ['messages of the wrong type', { model: 'm', messages: 'hi', max_tokens: 1 }, 400, 'messages must be an array'],
  [
    'a role nobody knows',
    { model: 'm', messages: [{ role: 'oracle', content: '' }], max_tokens: 1 },
    400,
    'messages[0].role',
  ],
  ['an unknown model', { model: 'gpt-fak', messages: [message], max_tokens: 1 }, 404, 'gpt-fake'],
  [
    'a temperature in words',
    { model: 'm', messages: [message], max_tokens: 1, temperature: 'hot' },
    400,
    'temperature must be',
  ],
];

describe.each(Object.values(paths))('POST %s', (path) => {
  it.each(rows)('answers %s with a clear error', async (_name, body, status, says) => {
    const response = await post(path, typeof body === 'string' ? body : JSON.stringify(body));
    expect(response.status).toBe(status);
    expect((await errorOf(response, path)).message).toContain(says);
  });

  it('answers a body that is not UTF-8 with a clear error', async () => {
    const response = await post(path, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(response.status).toBe(400);
    expect((await errorOf(response, path)).message).toContain('not valid');
  });

  it.each([
    ['none', {}],
    ['a wrong one', { 'x-api-key': 'claudette-wrong' }],
  ])('answers a missing key, or a wrong one, with 401: %s', async (_name, headers) => {
    const response = await fetch(stack.url + path, { method: 'POST', body: '{}', headers });
    expect(response.status).toBe(401);
    expect((await errorOf(response, path)).type).toContain('authentication');
  });

  it.each([
    ['x-claudette-cache', 'maybe', 'on, off, refresh, only'],
    ['x-claudette-timeout-ms', '-5', 'above 0'],
    ['x-claudette-strict', 'yes please', 'true or false'],
    ['x-claudette-backend', 'nowhere', 'chat'],
  ])('names what the header %s allows', async (name, value, says) => {
    const body = JSON.stringify({ model: 'gpt-fake', messages: [message], max_tokens: 1 });
    const response = await post(path, body, { [name]: value });
    expect(response.status).toBe(400);
    expect((await errorOf(response, path)).message).toContain(says);
  });
});

describe('any other route', () => {
  it.each(['/v1/unknown', '/v1/messages/batches', '/'])('is 404 with the route in the message: %s', async (path) => {
    const response = await post(path, '{}');
    expect(response.status).toBe(404);
    const dialectPath = path.startsWith('/v1/messages') ? '/v1/messages' : '/v1/chat/completions';
    expect((await errorOf(response, dialectPath)).message).toContain(`POST ${path}`);
  });
});

describe('POST /api/optimize', () => {
  it.each([
    ['{', 'not valid JSON'],
    ['{}', 'prompt'],
    ['{"prompt":"hi","files":[{"name":"a","path":"/etc/passwd","content":""}]}', 'path'],
    ['{"prompt":"hi","options":{"temperature":3}}', 'options.temperature'],
    ['{"prompt":"hi","files":[{"name":"a.bin","type":"base64","content":"/wD/"}]}', 'a.bin'],
  ])('refuses %s', async (body, says) => {
    const response = await post('/api/optimize', body);
    expect(response.status).toBe(400);
    expect((await errorOf(response, '/api/optimize')).message).toContain(says);
  });

  it('answers with where the answer came from', async () => {
    const file = { name: 'note.txt', content: 'buy milk' };
    const response = await post(
      '/api/optimize',
      JSON.stringify({ prompt: 'what', files: [file], options: { model: 'gpt-fake' } }),
    );
    expect(await response.json()).toMatchObject({
      content: expect.stringContaining('buy milk'),
      backend: 'chat',
      model: 'gpt-fake',
      cacheHit: false,
      attempts: 1,
    });
  });
});

const folder = process.env['CLAUDETTE_REPLAY_DIR'];
const jsonFolder = join(folder ?? '', 'json-parsing');
const whenReplaying = folder && existsSync(jsonFolder) ? describe : describe.skip;

whenReplaying('JSON of any shape (CLAUDETTE_REPLAY_DIR)', () => {
  it.each(folder ? readdirSync(jsonFolder).filter((name) => name.endsWith('.json')) : ['none'])(
    'never crashes the server: %s',
    async (name) => {
      const { key } = stack.server.host.current().keys.create({ name: `json-${name}` });
      const response = await fetch(`${stack.url}/v1/chat/completions`, {
        method: 'POST',
        body: readFileSync(join(jsonFolder, name)),
        headers: { 'x-api-key': key },
      });
      // None of them is a chat request, so whatever parses is refused as well; 404 would be an unknown model.
      expect(response.status).toBe(400);
      await errorOf(response, '/v1/chat/completions');
    },
  );
});
