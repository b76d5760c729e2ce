import { eventually } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ask } from '../__fixtures__/raw-client.js';
import { lines, openRaw, statusOf } from '../__fixtures__/raw-socket.js';
import type { RawSocket } from '../__fixtures__/raw-socket.js';
import { patient, startStack } from '../__fixtures__/start-stack.js';
import type { Stack } from '../__fixtures__/start-stack.js';

const MOST_BYTES = 100_000;

let stack: Stack;
beforeEach(async () => {
  stack = await startStack({ server: { maxHeldBodyBytes: MOST_BYTES } }, { timeouts: patient });
});
afterEach(() => stack.close());

const CHAT = 'POST /v1/chat/completions HTTP/1.1';
const HOST = 'host: localhost';
const body = (bytes: number): string => {
  const text = JSON.stringify({ model: 'chat/gpt-fake', messages: [{ role: 'user', content: '' }] });
  return text.replace('""', JSON.stringify('x'.repeat(bytes - text.length)));
};
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

type Written = readonly [header: string, bytes: string];

/** A request whose body stops on its way, once the server is sure to know of it. */
async function hold(bytes: number): Promise<RawSocket> {
  const raw = await openRaw(stack.url);
  raw.socket.write(`${lines(CHAT, HOST, 'expect: 100-continue', `content-length: ${bytes}`)}x`);
  await eventually(() => raw.received().includes('100 Continue'));
  return raw;
}
const small = async (): Promise<number> => {
  const answer = await ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake' });
  await answer.text();
  return answer.status;
};

describe('the bodies of requests under way', () => {
  it.each([
    ['with their length', (text: string): Written => [`content-length: ${text.length}`, text]],
    [
      'in chunks',
      (text: string): Written => [
        'transfer-encoding: chunked',
        `${chunk(text.slice(0, 500))}${chunk(text.slice(500))}0\r\n\r\n`,
      ],
    ],
  ] as const)('are refused beyond server.maxHeldBodyBytes: %s', async (_, write) => {
    const held = await hold(MOST_BYTES - 10_000);
    const [header, bytes] = write(body(20_000));
    const late = await openRaw(stack.url);
    late.socket.write(`${lines(CHAT, HOST, header)}${bytes}`);
    await eventually(() => late.received().includes('overloaded'));
    expect(statusOf(late.received())).toBe(503);
    expect(await small()).toBe(200);
    held.socket.destroy();
    late.socket.destroy();
  });

  it('make room again when they end, however they end', async () => {
    const held = await hold(MOST_BYTES - 10);
    expect(await small()).toBe(503);
    held.socket.destroy();
    await eventually(async () => (await small()) === 200);
    stack.chat.behave({ kind: 'status', status: 400 });
    for (let count = 0; count < 20; count += 1) {
      const raw = await openRaw(stack.url);
      raw.socket.write(
        `${lines(CHAT, HOST, `content-length: ${MOST_BYTES / 2}`, 'connection: close')}${body(MOST_BYTES / 2)}`,
      );
      await raw.closed;
      expect(statusOf(raw.received())).toBe(400);
    }
  });

  it('are never refused when there is only one', async () => {
    const raw = await openRaw(stack.url);
    const large = body(3 * MOST_BYTES);
    raw.socket.write(`${lines(CHAT, HOST, `content-length: ${large.length}`, 'connection: close')}${large}`);
    await raw.closed;
    expect(statusOf(raw.received())).toBe(200);
  });

  it('in chunks are read whole when there is room', async () => {
    const text = body(5_000);
    const raw = await openRaw(stack.url);
    raw.socket.write(
      `${lines(CHAT, HOST, 'transfer-encoding: chunked', 'connection: close')}${chunk(text.slice(0, 3))}${chunk(text.slice(3))}0\r\n\r\n`,
    );
    await raw.closed;
    expect(statusOf(raw.received())).toBe(200);
    expect(String(stack.chat.calls[0]?.body).length).toBeGreaterThan(4_000);
  });
});
