import type { ByteSource, TransportRequest } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { bodyOf } from '../__fixtures__/start-bench.js';
import { createDemoTransport } from './demo-transport.js';

const demo = createDemoTransport(createFakeClock({ epochMs: 5_000 }));

const request = (rest: Partial<TransportRequest> = {}): TransportRequest => ({
  backend: 'demo',
  method: 'POST',
  url: 'demo://claudette/chat/completions',
  headers: {},
  signal: new AbortController().signal,
  connectTimeoutMs: 1,
  ...rest,
});

const read = async (body: ByteSource): Promise<string> => {
  let text = '';
  for (let step = await body.next(); step.done !== true; step = await body.next())
    text += Buffer.from(step.value).toString();
  return text;
};

describe('the demo transport', () => {
  it('answers with a whole completion', async () => {
    const { status, headers, body } = await demo.send(request({ body: bodyOf() }));
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(await read(body))).toMatchObject({ object: 'chat.completion', created: 5, model: 'demo-1' });
  });

  it('answers with a stream', async () => {
    const { headers, body } = await demo.send(request({ body: bodyOf({ stream: true }) }));
    const text = await read(body);
    expect(headers['content-type']).toBe('text/event-stream');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('has no vectors, and says so', async () => {
    const body = Buffer.from('{"model":"demo-1","input":"a"}');
    const answer = await demo.send(request({ url: 'demo://claudette/embeddings', body }));
    expect([answer.status, await read(answer.body)]).toEqual([
      404,
      expect.stringContaining('the demo makes no vectors'),
    ]);
  });

  it('is always there', async () => {
    const { status, body } = await demo.send(request({ method: 'GET' }));
    expect([status, await read(body)]).toEqual([200, '']);
  });

  it.each(['cancel', 'finish'] as const)('gives no more after %s', async (leave) => {
    const { body } = await demo.send(request({ body: bodyOf({ stream: true }) }));
    await body.next();
    body[leave]();
    expect(await body.next()).toEqual({ done: true, value: undefined });
  });

  it('rejects with the reason of an aborted signal', async () => {
    const reason = new Error('left');
    await expect(demo.send(request({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});
