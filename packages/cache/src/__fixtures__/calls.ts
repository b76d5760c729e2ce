import type { Call, Candidate, ChatRequest, Plan, Target } from '@claudette/core';

export const target: Target = {
  backend: 'claude',
  model: 'opus',
  provider: 'anthropic',
  dialect: 'anthropic-messages',
};
export const otherTarget: Target = { backend: 'gpt', model: 'five', provider: 'openai', dialect: 'openai-chat' };

const unknown: Pick<Candidate, 'score' | 'measures' | 'estimate' | 'notes'> = {
  score: 1,
  measures: {
    priority: 1,
    position: 1,
    available: true,
    latencyMs: undefined,
    successRate: 1,
    inFlight: 0,
    standing: { cost: undefined, latency: undefined, availability: 1 },
  },
  estimate: { inputTokens: 1, outputTokens: 1, costNano: undefined, firstContentMs: undefined, durationMs: undefined },
  notes: [],
};

export const planFor = (...targets: readonly Target[]): Plan => ({
  strategy: 'order',
  candidates: targets.map((each) => ({ ...unknown, target: each })),
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
