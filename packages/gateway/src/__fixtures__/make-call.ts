import type { Call, CallContext, ChatRequest, Target } from '@claudette/core';

export const target: Target = { backend: 'first', model: 'gpt-fake', provider: 'openai', dialect: 'openai-chat' };

/** A native call that asks for a greeting. */
export const makeCall = (context: Partial<CallContext> = {}, request: Partial<ChatRequest> = {}): Call => ({
  operation: 'generate',
  request: {
    model: 'auto',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
    stream: false,
    streamUsage: true,
    tools: [],
    foreign: [],
    ...request,
  },
  context: {
    id: 'x-1',
    principal: { id: 'local', name: 'local' },
    signal: new AbortController().signal,
    observe: () => undefined,
    cacheMode: 'default',
    strict: false,
    tags: [],
    ...context,
  },
});
