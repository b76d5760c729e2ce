import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import OpenAI from 'openai';
import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import type { ReplyContext } from '../codec.js';
import { createEventEncoder } from './encode-events.js';
import { encodeReply } from './encode-reply.js';
import { openaiResponses } from './index.js';

const context: ReplyContext = { streamUsage: true, tools: [], createdAtSeconds: 1_700_000_000 };

/** Runs something with a client whose server answers each request with these bytes. */
const withClient = async <T>(
  contentType: string,
  body: Uint8Array,
  use: (client: OpenAI) => Promise<T>,
): Promise<T> => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': contentType });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use(new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 }));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

const start: ChatEvent = { type: 'start', id: 'resp_1', model: 'm' };
const answer: readonly ChatEvent[] = [
  start,
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0, state: { dialect: 'gemini', kind: 'signature', data: 'sig' } },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'I look ' },
  { type: 'text-delta', block: 1, text: 'it up.' },
  { type: 'text-logprobs', block: 1, tokens: [{ token: 'I', logprob: -1, top: [] }] },
  { type: 'text-citation', block: 1, citation: { url: 'https://a.example', title: 'A' } },
  { type: 'text-end', block: 1 },
  { type: 'refusal-start', block: 2 },
  { type: 'refusal-delta', block: 2, text: 'No.' },
  { type: 'refusal-end', block: 2 },
  { type: 'tool-call-start', block: 3, id: 'call_1', name: 'f' },
  { type: 'tool-call-delta', block: 3, arguments: '{"a":' },
  { type: 'tool-call-delta', block: 3, arguments: '1}' },
  { type: 'tool-call-end', block: 3 },
  { type: 'tool-call-start', block: 4, id: 'call_2', name: 'g', takesText: true },
  { type: 'tool-call-delta', block: 4, arguments: 'x' },
  { type: 'tool-call-end', block: 4 },
  { type: 'finish', reason: 'tool-calls' },
];

const output = [
  { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: expect.any(String) },
  {
    type: 'message',
    status: 'completed',
    content: [
      { type: 'output_text', text: 'I look it up.', annotations: [{ url: 'https://a.example' }] },
      { type: 'refusal', refusal: 'No.' },
    ],
  },
  { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
  { type: 'custom_tool_call', call_id: 'call_2', name: 'g', input: 'x' },
];

/** The stream with a heartbeat before each frame. */
const encodeStream = (events: readonly ChatEvent[]): Buffer => {
  const encoder = createEventEncoder(context);
  const frames = events.map((event) => encoder.push(event));
  const heartbeat = openaiResponses.heartbeat ?? new Uint8Array(0);
  const end = events.at(-1)?.type === 'error' ? [] : [encoder.end()];
  return Buffer.concat([...frames, ...end].flatMap((frame) => [heartbeat, frame]));
};

describe('the official reader', () => {
  it('puts a stream together to the response at its end', async () => {
    const seen: string[] = [];
    const final = await withClient('text/event-stream', encodeStream(answer), (client) => {
      const stream = client.responses.stream({ model: 'm', input: 'hi' });
      stream.on('event', ({ type }) => seen.push(type));
      return stream.finalResponse();
    });
    expect(final).toMatchObject({ status: 'completed', output_text: 'I look it up.', output });
    expect(seen.at(-1)).toBe('response.completed');
  });

  it('puts the same together from the pieces alone', async () => {
    const { ResponseStream } = await import('openai/lib/responses/ResponseStream');
    const events = encodeStream(answer)
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('data: ') && !line.includes('"response.completed"'))
      .map((line) => `${line.slice('data: '.length)}\n`);
    const stream = ResponseStream.fromReadableStream(new Blob(events).stream());
    expect(await stream.finalResponse()).toMatchObject({ output });
  });

  it('reads a whole response', async () => {
    const { body } = encodeReply(answer, context);
    const response = await withClient('application/json', body, (client) =>
      client.responses.create({ model: 'm', input: 'hi' }),
    );
    expect(response).toMatchObject({ status: 'completed', output_text: 'I look it up.', output });
  });

  it('raises when the provider gave up', async () => {
    const bytes = encodeStream([start, { type: 'error', message: 'it broke', providerType: 'server_error' }]);
    const reading = withClient('text/event-stream', bytes, (client) =>
      client.responses.stream({ model: 'm', input: 'hi' }).finalResponse(),
    );
    await expect(reading).rejects.toThrow('it broke');
  });
});
