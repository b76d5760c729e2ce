import type { Call, ChatRequest, Plan, Target } from '@claudette/core';

export const target: Target = {
  backend: 'claude',
  model: 'opus',
  provider: 'anthropic',
  dialect: 'anthropic-messages',
};
export const otherTarget: Target = { backend: 'gpt', model: 'five', provider: 'openai', dialect: 'openai-chat' };

export const planFor = (...targets: readonly Target[]): Plan => ({
  strategy: 'order',
  candidates: targets.map((each) => ({ target: each, score: 1, reasons: [] })),
  rejected: [],
});

export const aRequest = (text = 'hello', fields: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'auto',
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
  stream: true,
  streamUsage: true,
  tools: [],
  foreign: [],
  ...fields,
});

/** A native call planned for `target`. */
export const aCall = (overrides: Partial<Call> = {}, context: Partial<Call['context']> = {}): Call => ({
  operation: 'generate',
  request: aRequest(),
  plan: planFor(target),
  ...overrides,
  context: {
    id: 'x1',
    principal: { id: 'local', name: 'local' },
    signal: new AbortController().signal,
    observe: () => undefined,
    cacheMode: 'default',
    strict: false,
    tags: [],
    ...context,
  },
});
