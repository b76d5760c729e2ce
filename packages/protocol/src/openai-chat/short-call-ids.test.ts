import { expect, it } from '@jest/globals';
import type { ChatRequest, Message } from '@claudette/core';

import { encodeRequest } from './encode-request.js';
import { shortenCallIds } from './short-call-ids.js';

const conversation: Message[] = [
  { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
  {
    role: 'assistant',
    parts: [
      { type: 'text', text: 'one moment' },
      { type: 'tool-call', id: 'toolu_01A', name: 'f', arguments: '{}' },
      { type: 'tool-call', id: 'aB3456789', name: 'f', arguments: '{}' },
    ],
  },
  { role: 'tool', toolCallId: 'toolu_01A', parts: [] },
  { role: 'tool', toolCallId: 'aB3456789', parts: [] },
];

const request: ChatRequest = {
  model: 'm',
  messages: conversation,
  stream: false,
  streamUsage: false,
  tools: [],
  seed: 7,
  foreign: [],
};

it('gives calls and their results the same nine letters and digits', () => {
  const [user, assistant, first, second] = shortenCallIds(conversation);
  const ids = assistant?.role === 'assistant' ? assistant.parts.flatMap((part) => ('id' in part ? [part.id] : [])) : [];
  expect(ids[0]).toMatch(/^[a-zA-Z0-9]{9}$/);
  expect(ids[1]).toBe('aB3456789');
  expect([first, second].map((message) => message?.role === 'tool' && message.toolCallId)).toEqual(ids);
  expect(user).toBe(conversation[0]);
});

it('is for vendors that say so, as is their word for the seed', () => {
  const encode = (options: object): string =>
    Buffer.from(encodeRequest(request, { model: 'm', options, defaultMaxOutputTokens: 1 }).body).toString();
  expect(encode({})).toContain('"toolu_01A"');
  expect(encode({})).toContain('"seed":7');
  const quirky = encode({ shortCallIds: true, seedField: 'random_seed' });
  expect(quirky).not.toContain('toolu_01A');
  expect(quirky).toContain('"random_seed":7');
});
