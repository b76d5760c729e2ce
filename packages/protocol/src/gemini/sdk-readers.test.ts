import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { noUsage } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateText, streamText } from 'ai';

import { createEventEncoder } from './encode-events.js';
import { encodeReply } from './encode-reply.js';

const signed = (data: string): { state: { dialect: 'gemini'; kind: 'signature'; data: string } } => ({
  state: { dialect: 'gemini', kind: 'signature', data },
});

const answer: ChatEvent[] = [
  { type: 'start', id: 'r', model: 'gemini-test' },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'Let me ' },
  { type: 'reasoning-delta', block: 0, text: 'think.' },
  { type: 'reasoning-end', block: 0, ...signed('c2lnbmVk') },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'Grüße ' },
  { type: 'text-delta', block: 1, text: 'aus Köln' },
  {
    type: 'text-citation',
    block: 1,
    citation: { url: 'https://a.example/', title: 'A', startIndex: 0, endIndex: 5 },
  },
  { type: 'text-end', block: 1 },
  { type: 'tool-call-start', block: 2, id: 'call_1', name: 'weather', ...signed('Y2FsbA==') },
  { type: 'tool-call-delta', block: 2, arguments: '{"city":' },
  { type: 'tool-call-delta', block: 2, arguments: '"Köln"}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'finish', reason: 'tool-calls' },
  {
    type: 'usage',
    usage: { ...noUsage, inputTokens: 7, cachedInputTokens: 3, outputTokens: 20, reasoningTokens: 5 },
  },
];

const fault: ChatEvent[] = [
  ...answer.slice(0, 3),
  { type: 'error', message: 'too many', providerType: 'overloaded_error' },
];

const encodeStream = (events: readonly ChatEvent[]): Uint8Array[] => {
  const encoder = createEventEncoder();
  const frames = events.map((event) => encoder.push(event));
  return events.some(({ type }) => type === 'finish') ? [...frames, encoder.end()] : frames;
};

const server = createServer((request, response) => {
  request.resume();
  if (request.url?.includes(':streamGenerateContent')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const frame of encodeStream(request.url.includes('faulty') ? fault : answer)) response.write(frame);
    response.end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(encodeReply(answer).body);
});

let baseUrl: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** With a fetch of its own it does not look for Node's global dispatcher, which jest hides. */
const genai = (): GoogleGenAI => new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl, fetch } });
const vercel = (model: string): ReturnType<ReturnType<typeof createGoogleGenerativeAI>> =>
  createGoogleGenerativeAI({ apiKey: 'key', baseURL: `${baseUrl}/v1beta` })(model);

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const request = { model: 'gemini-test', contents: 'hello' };
const parts = [
  { text: 'Let me think.', thought: true, thoughtSignature: 'c2lnbmVk' },
  { text: 'Grüße aus Köln' },
  { functionCall: { id: 'call_1', name: 'weather', args: { city: 'Köln' } }, thoughtSignature: 'Y2FsbA==' },
];
const counts = {
  promptTokenCount: 10,
  cachedContentTokenCount: 3,
  candidatesTokenCount: 20,
  thoughtsTokenCount: 5,
  totalTokenCount: 35,
};

describe('@google/genai', () => {
  it('reads a whole reply', async () => {
    const reply = await genai().models.generateContent(request);
    expect(reply.candidates?.[0]).toMatchObject({ content: { role: 'model', parts }, finishReason: 'STOP' });
    expect(reply.candidates?.[0]?.groundingMetadata?.groundingSupports?.[0]?.segment).toEqual({
      partIndex: 1,
      startIndex: 0,
      endIndex: 7,
      text: 'Grüße',
    });
    expect(reply).toMatchObject({ usageMetadata: counts, modelVersion: 'gemini-test', responseId: 'r' });
  });

  it('reads a stream', async () => {
    const chunks = await collect(await genai().models.generateContentStream(request));
    const streamed = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    const words = (thought: boolean): string =>
      streamed.map((part) => ((part.thought ?? false) === thought ? (part.text ?? '') : '')).join('');
    expect([words(true), words(false)]).toEqual(['Let me think.', 'Grüße aus Köln']);
    expect(streamed).toContainEqual({ text: '', thought: true, thoughtSignature: 'c2lnbmVk' });
    expect(streamed).toContainEqual(parts[2]);
    expect(chunks.at(-1)).toMatchObject({ candidates: [{ finishReason: 'STOP' }], usageMetadata: counts });
  });

  it('keeps a stream as the turn of a chat', async () => {
    const chat = genai().chats.create({ model: 'gemini-test' });
    await collect(await chat.sendMessageStream({ message: 'hello' }));
    const turns = chat.getHistory(true).filter(({ role }) => role === 'model');
    expect(turns.flatMap((turn) => turn.parts ?? [])).toContainEqual(parts[2]);
  });

  it('raises a fault within a stream', async () => {
    const stream = await genai().models.generateContentStream({ ...request, model: 'faulty' });
    await expect(collect(stream)).rejects.toMatchObject({ name: 'ApiError', status: 503 });
  });
});

describe('@ai-sdk/google', () => {
  it('reads a whole reply', async () => {
    const reply = await generateText({ model: vercel('gemini-test'), prompt: 'hello' });
    expect(reply).toMatchObject({ text: 'Grüße aus Köln', reasoningText: 'Let me think.', finishReason: 'tool-calls' });
    expect(reply.toolCalls).toEqual([
      expect.objectContaining({ toolCallId: 'call_1', toolName: 'weather', input: { city: 'Köln' } }),
    ]);
    expect(reply.sources).toEqual([expect.objectContaining({ url: 'https://a.example/', title: 'A' })]);
  });

  it('reads a stream', async () => {
    const reply = streamText({ model: vercel('gemini-test'), prompt: 'hello' });
    expect(await reply.text).toBe('Grüße aus Köln');
    expect(await reply.reasoningText).toBe('Let me think.');
    expect(await reply.finishReason).toBe('tool-calls');
    expect(await reply.toolCalls).toEqual([
      expect.objectContaining({ toolCallId: 'call_1', toolName: 'weather', input: { city: 'Köln' } }),
    ]);
    expect(await reply.usage).toMatchObject({ inputTokens: 10, outputTokens: 25 });
  });
});
