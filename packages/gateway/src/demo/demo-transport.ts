import type { ByteSource, Clock, Transport } from '@claudette/core';
import { openaiChat } from '@claudette/protocol';

import { demoAnswer } from './demo-answer.js';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

const sourceOf = (chunks: readonly Uint8Array[]): ByteSource => {
  const rest = chunks.filter((chunk) => chunk.length > 0);
  return {
    next() {
      const value = rest.shift();
      return Promise.resolve(value === undefined ? end : { done: false, value });
    },
    cancel: () => void rest.splice(0),
    finish: () => void rest.splice(0),
  };
};

const json = { 'content-type': 'application/json' };

/** Vectors mean something or they are worse than none. */
const noVectors = Buffer.from(
  JSON.stringify({ error: { message: 'the demo makes no vectors', type: 'invalid_request_error', param: null } }),
);

/** A backend inside the process, so that Claudette answers before anything is configured. Speaks openai-chat. */
export const createDemoTransport = (clock: Clock): Transport => ({
  async send({ url, body, signal }) {
    signal.throwIfAborted();
    if (body === undefined) return { status: 200, headers: json, body: sourceOf([]) };
    if (url.endsWith('/embeddings')) return { status: 404, headers: json, body: sourceOf([noVectors]) };
    const request = openaiChat.decodeRequest(body);
    const { streamUsage, tools } = request;
    const context = { streamUsage, tools, createdAtSeconds: Math.floor(clock.epochMs() / 1000) };
    if (!request.stream) {
      const reply = openaiChat.encodeReply(demoAnswer(request), context);
      return { status: 200, headers: json, body: sourceOf([reply.body]) };
    }
    const encoder = openaiChat.createEventEncoder(context);
    const frames = Array.from(demoAnswer(request), (event) => encoder.push(event));
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: sourceOf([...frames, encoder.end()]),
    };
  },
});
