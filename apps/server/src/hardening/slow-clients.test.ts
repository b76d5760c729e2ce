import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@claudette/testing';

import { ask, readStream } from '../__fixtures__/raw-client.js';
import { lines, openRaw, statusOf } from '../__fixtures__/raw-socket.js';
import { patient, startStack } from '../__fixtures__/start-stack.js';
import type { Stack } from '../__fixtures__/start-stack.js';

const open: Stack[] = [];
const start = async (server: Record<string, unknown>): Promise<Stack> => {
  const stack = await startStack({ server }, { timeouts: patient });
  open.push(stack);
  return stack;
};
afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close();
});

const CHAT = 'POST /v1/chat/completions HTTP/1.1';
const HOST = 'host: localhost';
const chatBody = JSON.stringify({
  model: 'chat/gpt-fake',
  stream: true,
  messages: [{ role: 'user', content: 'much' }],
});
const chat = `${lines(CHAT, HOST, `content-length: ${chatBody.length}`)}${chatBody}`;

describe('a client', () => {
  it('is cut when its headers take longer than server.headersTimeoutMs', async () => {
    const stack = await start({ headersTimeoutMs: 200 });
    const raw = await openRaw(stack.url);
    raw.socket.write(`${CHAT}\r\n${HOST}\r\n`);
    const drip = setInterval(() => raw.socket.write('x-a: b\r\n'), 50);
    await raw.closed;
    clearInterval(drip);
    expect(statusOf(raw.received())).toBe(408);
    expect(raw.received()).toContain('it was not sent in time');
  });

  it('is cut when it connects and says nothing', async () => {
    const stack = await start({ headersTimeoutMs: 200 });
    await (
      await openRaw(stack.url)
    ).closed;
  });

  it('is cut when its body takes longer than server.requestTimeoutMs', async () => {
    const stack = await start({ headersTimeoutMs: 200, requestTimeoutMs: 400 });
    const raw = await openRaw(stack.url);
    raw.socket.write(lines(CHAT, HOST, 'content-length: 100000'));
    const drip = setInterval(() => raw.socket.write(' '), 50);
    await raw.closed;
    clearInterval(drip);
    expect(statusOf(raw.received())).toBe(408);
    expect(stack.chat.count()).toBe(0);
  });

  it('is cut when it does not read within server.sendTimeoutMs, and its upstream call ends', async () => {
    const stack = await start({ sendTimeoutMs: 300 });
    stack.chat.behave({ kind: 'text', deltas: Array.from({ length: 400 }, () => 'x'.repeat(64 * 1024)) });
    const raw = await openRaw(stack.url);
    raw.socket.write(chat);
    raw.socket.pause();
    await eventually(() => stack.chat.calls[0]?.aborted === true, { withinMs: 5_000 });
    await eventually(() => stack.server.host.current().status().openExchanges === 0);
    raw.socket.destroy();
  });

  it('is not cut while it reads, however long that takes', async () => {
    const stack = await start({ sendTimeoutMs: 300 });
    const delta = 'x'.repeat(64 * 1024);
    stack.chat.behave({ kind: 'text', deltas: Array.from({ length: 100 }, () => delta) });
    const raw = await openRaw(stack.url);
    raw.socket.write(chat);
    const turn = setInterval(() => (raw.socket.isPaused() ? raw.socket.resume() : raw.socket.pause()), 100);
    await eventually(() => raw.received().includes('[DONE]'), { withinMs: 10_000 });
    clearInterval(turn);
    raw.socket.destroy();
  });

  it('is not cut while it waits for an answer that takes its time', async () => {
    const stack = await start({ headersTimeoutMs: 100, requestTimeoutMs: 100, sendTimeoutMs: 100 });
    stack.chat.behave({ kind: 'text', deltas: ['late'], delayMs: 2_500 });
    const response = await ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake', stream: true });
    expect(await readStream(response, 'openai-chat')).toMatchObject({ stopped: true, failed: false });
  });

  it('keeps an unused connection for server.keepAliveTimeoutMs', async () => {
    const stack = await start({ keepAliveTimeoutMs: 300 });
    const raw = await openRaw(stack.url);
    raw.socket.write(lines('GET /health HTTP/1.1', HOST));
    await eventually(() => raw.received().includes('keep-alive'));
    await raw.closed;
    expect(statusOf(raw.received())).toBe(200);
  });

  it('finds no room beyond server.maxConnections', async () => {
    const stack = await start({ maxConnections: 2 });
    const two = await Promise.all([openRaw(stack.url), openRaw(stack.url)]);
    await (
      await openRaw(stack.url)
    ).closed;
    two.forEach(({ socket }) => socket.destroy());
    await eventually(async () => (await fetch(`${stack.url}/health`).catch(() => undefined))?.status === 200);
  });

  it('is held to server.maxHeaderBytes', async () => {
    const stack = await start({ maxHeaderBytes: 1024 });
    const raw = await openRaw(stack.url);
    raw.socket.write(lines('GET /health HTTP/1.1', HOST, `x-long: ${'x'.repeat(1024)}`));
    await raw.closed;
    expect(statusOf(raw.received())).toBe(431);
  });
});
