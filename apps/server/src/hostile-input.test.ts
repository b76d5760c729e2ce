import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@claudette/testing';

import { lines, openRaw, sendRaw, statusOf } from './__fixtures__/raw-socket.js';
import { ask, readStream } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

const MIB = 1024 * 1024;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ server: { bodyLimitBytes: MIB } });
});
afterAll(() => stack.close());

const isAnswering = async (): Promise<void> => {
  const seen = await readStream(
    await ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake', stream: true }),
    'openai-chat',
  );
  expect(seen).toMatchObject({ stopped: true, failed: false });
};

const CHAT = 'POST /v1/chat/completions HTTP/1.1';
const HOST = 'host: localhost';

describe('bytes that are no request', () => {
  it.each([
    ['two different lengths', lines(CHAT, HOST, 'content-length: 2', 'content-length: 3', '', '{}')],
    ['a length and chunks', lines(CHAT, HOST, 'content-length: 5', 'transfer-encoding: chunked', '', '0', '', 'GET')],
    ['a coding after chunked', lines(CHAT, HOST, 'transfer-encoding: chunked, identity', '', '0')],
    ['a header without a name', lines(CHAT, HOST, ': x')],
    ['a space before the colon', lines(CHAT, HOST, 'content-length : 2', '', '{}')],
    ['a folded header', lines(CHAT, HOST, 'x-a: b', ' transfer-encoding: chunked')],
    ['a line that ends with LF alone', `${CHAT}\n${HOST}\ncontent-length: 0\n\n`],
    ['a NUL in a header', lines(CHAT, HOST, 'x-a: b\0c')],
    ['a chunk of no size', lines(CHAT, HOST, 'transfer-encoding: chunked', '', 'zz')],
    ['no host', lines(CHAT, 'content-length: 0', 'connection: close')],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['noise', Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 97) % 256))],
  ])('are refused, with the connection: %s', async (_name, bytes) => {
    const before = stack.chat.count();
    const answer = await sendRaw(stack.url, bytes);
    expect(statusOf(answer)).toBe(400);
    expect(answer).not.toMatch(/ at |node:|HPE_|\.ts|\.js/);
    expect(stack.chat.count()).toBe(before);
    await isAnswering();
  });

  it('are told so as an error that clients can read', async () => {
    const answer = await sendRaw(stack.url, 'nonsense\r\n\r\n');
    expect(answer).toContain('content-type: application/json');
    expect(answer).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      error: { type: 'invalid_request_error', message: 'The request is not valid: it is not HTTP' },
    });
  });

  it('never end up inside the answer to the request before them', async () => {
    stack.chat.behave({ kind: 'stall' });
    const raw = await openRaw(stack.url);
    const body = JSON.stringify({ model: 'chat/gpt-fake', stream: true, messages: [{ role: 'user', content: 'x' }] });
    raw.socket.write(`${lines(CHAT, HOST, `content-length: ${body.length}`)}${body}`);
    await eventually(() => raw.received().includes('200 OK'));
    raw.socket.write('nonsense\r\n\r\n');
    await raw.closed;
    expect(raw.received()).not.toContain(' 400 ');
    stack.reset();
  });
});

describe('too much of something', () => {
  it('is refused where it is 10,000 headers', async () => {
    const headers = Array.from({ length: 10_000 }, (_, at) => `x-${at}: ${at}`);
    const answer = await sendRaw(stack.url, lines('GET /health HTTP/1.1', HOST, ...headers));
    expect(statusOf(answer)).toBe(431);
    expect(answer).toContain('its headers are too long');
    await isAnswering();
  });

  it('is refused where it is one long header, or a long address', async () => {
    const long = 'x'.repeat(20_000);
    expect(statusOf(await sendRaw(stack.url, lines('GET /health HTTP/1.1', HOST, `x-long: ${long}`)))).toBe(431);
    expect(statusOf(await sendRaw(stack.url, lines(`GET /${long} HTTP/1.1`, HOST)))).toBe(431);
  });

  it('is refused by its announced length before a byte of it is read', async () => {
    const raw = await openRaw(stack.url);
    raw.socket.write(lines(CHAT, HOST, 'connection: close', `content-length: ${1024 * MIB}`));
    await eventually(() => raw.received().includes('\r\n\r\n'));
    expect(statusOf(raw.received())).toBe(413);
    raw.socket.destroy();
    await isAnswering();
  });

  it('is not kept in memory where it is a body of 1 GB that never says its length', async () => {
    const raw = await openRaw(stack.url);
    raw.socket.write(lines(CHAT, HOST, 'transfer-encoding: chunked'));
    const chunk = Buffer.concat([
      Buffer.from(`${(4 * MIB).toString(16)}\r\n`),
      Buffer.alloc(4 * MIB, 'x'),
      Buffer.from('\r\n'),
    ]);
    const before = process.memoryUsage.rss();
    let most = 0;
    let gone = false;
    void raw.closed.then(() => (gone = true));
    for (let sent = 0; sent < 256 && !gone; sent += 1) {
      if (!raw.socket.write(chunk)) {
        await Promise.race([raw.closed, new Promise((resolve) => raw.socket.once('drain', resolve))]);
      }
      most = Math.max(most, process.memoryUsage.rss() - before);
    }
    expect(statusOf(raw.received())).toBe(413);
    expect(most).toBeLessThan(128 * MIB);
    raw.socket.destroy();
    await isAnswering();
  }, 60_000);

  it('is taken where it is one string that fits the limit', async () => {
    const response = await ask(stack, {
      dialect: 'openai-chat',
      model: 'chat/gpt-fake',
      content: 'y'.repeat(MIB - 500),
    });
    expect(response.status).toBe(200);
  });
});

describe('JSON of 100,000 levels', () => {
  const LEVELS = 100_000;
  const deep = '{"a":'.repeat(LEVELS) + '1' + '}'.repeat(LEVELS);
  const chat = (model: string): string =>
    `{"model":"${model}","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":${deep}}}]}`;
  const post = (path: string, body: string): Promise<Response> => fetch(stack.url + path, { method: 'POST', body });

  it.each([
    ['the whole body', '/v1/chat/completions', deep],
    ['the native call', '/api/optimize', `{"prompt":"hi","x":${deep}}`],
    ['a plan', '/api/plan', chat('claude/claude-fake')],
  ])('is a clear refusal: %s', async (_name, path, body) => {
    const response = await post(path, body);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('call stack');
  });

  it('goes to a backend of the same dialect as it came', async () => {
    const response = await post('/v1/chat/completions', chat('chat/gpt-fake'));
    expect(response.status).toBe(200);
    expect(String(stack.chat.calls.at(-1)?.body ?? '')).toContain(deep);
  });

  it('is a clear refusal where it has to be translated', async () => {
    const response = await post('/v1/chat/completions', chat('claude/claude-fake'));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('nested too deeply');
    await isAnswering();
  });
});

describe('what is not UTF-8', () => {
  it('is refused in a body', async () => {
    const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc3, 0x28, 0xf0, 0x9f]), Buffer.from('"}')]);
    const response = await fetch(`${stack.url}/v1/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(400);
  });

  it('is refused in an address', async () => {
    expect(statusOf(await sendRaw(stack.url, lines('GET /v1/models/%ff%fe HTTP/1.1', HOST, 'connection: close')))).toBe(
      400,
    );
  });
});
