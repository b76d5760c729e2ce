import type { ChatRequest, Loss, Message } from '@claudette/core';

import { encodeRequest } from '../encode-request.js';

export const target = { model: 'claude', options: {}, defaultMaxOutputTokens: 4096 };
export const hello: Message = { role: 'user', parts: [{ type: 'text', text: 'hi' }] };

/** What is written for a request that says no more than these fields. */
export const encode = (
  fields: Partial<ChatRequest>,
): { readonly body: Record<string, unknown>; readonly losses: readonly Loss[] } => {
  const request: ChatRequest = {
    model: 'auto',
    messages: [hello],
    stream: false,
    streamUsage: true,
    tools: [],
    foreign: [],
    ...fields,
  };
  const { body, losses } = encodeRequest(request, target);
  return { body: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>, losses };
};

export const lostPaths = (fields: Partial<ChatRequest>): string[] => encode(fields).losses.map(({ path }) => path);

export const wireText = (what: string): object => ({ type: 'text', text: what });
