/** What one decision costs: ten candidates, weighted, with affinity, limits and hedging, for the request of an agent. */

const SENTENCE =
  'You are an agent that edits the files of a project and runs its tests before it says that it is done. ';

/** About 60 kB, as coding agents send it in the middle of a conversation. */
export const agentRequest = (model) => {
  const text = (bytes) => SENTENCE.repeat(Math.ceil(bytes / SENTENCE.length)).slice(0, bytes);
  const turn = (index) => [
    { role: 'assistant', parts: [{ type: 'tool-call', id: `call-${index}`, name: 'read', arguments: '{"path":"a"}' }] },
    { role: 'tool', toolCallId: `call-${index}`, parts: [{ type: 'text', text: text(2000) }] },
  ];
  return {
    model,
    messages: [
      { role: 'system', parts: [{ type: 'text', text: text(80) }] },
      { role: 'system', parts: [{ type: 'text', text: text(14_000) }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: text(900) },
          { type: 'text', text: 'Fix the failing test, please.' },
        ],
      },
      ...Array.from({ length: 12 }, (_, index) => turn(index)).flat(),
    ],
    stream: true,
    streamUsage: true,
    tools: Array.from({ length: 20 }, (_, index) => ({
      name: `tool_number_${index}`,
      description: text(600),
      parameters: { type: 'object' },
    })),
    maxOutputTokens: 8192,
    foreign: [],
  };
};

/** Microseconds that one run takes: the fastest of many batches, so that what else the machine does counts least. */
const microseconds = (run, runs) => {
  const batches = Array.from({ length: 40 }, () => {
    const startedAt = performance.now();
    for (let index = 0; index < runs; index += 1) run();
    return ((performance.now() - startedAt) * 1000) / runs;
  });
  return Math.min(...batches);
};

/** Microseconds for one plan that is made and taken. */
export const measureDecision = ({ createCatalog, createPlanner, createTargetStatistics }, overrides = {}) => {
  const clock = { now: () => performance.now(), epochMs: Date.now, after: () => () => undefined };
  const targets = Array.from({ length: 10 }, (_, index) => ({
    target: { backend: `backend-${index}`, model: 'm', provider: 'openai', dialect: 'openai-chat' },
    priority: 1,
  }));
  const statistics = createTargetStatistics({ clock });
  for (let index = 0; index < 1000; index += 1) {
    const { target } = targets[index % 10];
    const firstContentMs = 400 + (index % 7) * 10;
    const facts = { id: 'x', number: 1, outcome: 'complete', durationMs: 5000, orphaned: false };
    statistics.observe({ kind: 'attempt-end', target, stream: true, firstContentMs, ...facts });
  }
  const free = Object.freeze({ available: true });
  const planner = createPlanner({
    catalog: createCatalog({ targets, aliases: {} }),
    strategy: 'weighted',
    weights: { cost: 0.4, latency: 0.4, availability: 0.2 },
    fallback: true,
    affinity: true,
    hedgeAfterPercentile: 95,
    clock,
    random: Math.random,
    statistics,
    estimate: (_, { backend }) => ({
      inputTokens: 15_000,
      outputTokens: 400,
      costNano: 51_000_000 + backend.length,
      firstContentMs: 430,
      durationMs: 5000,
    }),
    isAvailable: () => free,
    inFlight: () => 3,
    capabilitiesOf: () => ({ contextTokens: 200_000, tools: true }),
    ...overrides,
  });
  const call = {
    original: { dialect: 'openai-chat', body: new Uint8Array(60_000), headers: {} },
    operation: 'generate',
    // As a request comes from the parser: its strings are flat.
    request: JSON.parse(JSON.stringify(agentRequest('m'))),
    context: {
      pinnedBackend: undefined,
      strict: false,
      session: undefined,
      costLimit: { nano: 10_000_000_000n, currency: 'USD' },
      deadlineAtMs: clock.now() + 600_000,
      principal: { id: 'local', name: 'local' },
    },
  };
  return microseconds(() => planner.take(planner.plan(call)), 2000);
};
