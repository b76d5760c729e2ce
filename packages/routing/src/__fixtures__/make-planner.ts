import type { Clock, DialectId, Estimate, Plan, Target } from '@claudette/core';

import { createCatalog } from '../names/catalog.js';
import type { RoutableTarget } from '../names/catalog.js';
import { createPlanner } from '../plan/create-planner.js';
import type { PlannedCall, Planner, RoutingOptions } from '../plan/create-planner.js';
import type { TargetStatistic } from '../learning/target-statistics.js';

export const routable = (backend: string, priority = 1): RoutableTarget => ({
  target: { backend, model: 'm', provider: 'openai', dialect: 'openai-chat' },
  priority,
});

/** What differs from a plain request in the OpenAI dialect, or, without a dialect, a native one. */
export interface Asked {
  readonly context?: Partial<PlannedCall['context']>;
  readonly dialect?: DialectId;
  readonly operation?: PlannedCall['operation'];
  readonly bodyBytes?: number;
  readonly request?: Partial<PlannedCall['request']>;
}

export const callFor = (model: string, asked: Asked = {}): PlannedCall => {
  const { dialect, bodyBytes = 100, operation = 'generate' } = asked;
  return {
    original: dialect && { dialect, body: new Uint8Array(bodyBytes), headers: {} },
    operation,
    request: { model, messages: [], stream: false, streamUsage: false, tools: [], foreign: [], ...asked.request },
    context: { strict: false, principal: { id: 'local', name: 'local' }, ...asked.context },
  };
};

/** A statistic of many attempts, of which everything that is not said is usual. */
export const statistic = (facts: Partial<TargetStatistic>): TargetStatistic => ({
  latencyMs: undefined,
  p95Ms: undefined,
  fastestMs: undefined,
  successRate: 1,
  attempts: 1_000_000,
  lastAttemptAtMs: 0,
  percentile: () => undefined,
  ...facts,
});

export const estimate = (costNano: number | undefined): Estimate => ({
  inputTokens: 1000,
  outputTokens: 200,
  costNano,
  firstContentMs: undefined,
  durationMs: undefined,
});

/** A clock that stands still unless it is told the time. */
export const stillClock = (now: { ms: number } = { ms: 0 }): Clock => ({
  now: () => now.ms,
  epochMs: () => now.ms,
  after: () => () => undefined,
});

const prices: Readonly<Record<string, number>> = { cheap: 1, middle: 5, dear: 10 };
const latencies: Readonly<Record<string, number>> = { cheap: 1000, middle: 300, dear: 100 };

/** Three backends, of which the cheap one is slow and the dear one quick; only cost counts. */
export const plannerWith = (options: Partial<RoutingOptions> = {}): Planner =>
  createPlanner({
    catalog: createCatalog({
      targets: [routable('middle'), routable('dear'), routable('cheap')],
      aliases: { mine: ['dear/m', 'cheap/m', 'middle/m'] },
    }),
    strategy: 'weighted',
    weights: { cost: 1, latency: 0, availability: 0 },
    fallback: true,
    affinity: false,
    clock: stillClock(),
    random: () => 0.5,
    statistics: { of: ({ backend }) => statistic({ latencyMs: latencies[backend] }) },
    estimate: (_, { backend }) => estimate(prices[backend]),
    isAvailable: () => ({ available: true }),
    inFlight: () => 0,
    capabilitiesOf: () => undefined,
    ...options,
  });

export const plan = (options: Partial<RoutingOptions> = {}, model = 'm', asked: Asked = {}): Plan =>
  plannerWith(options).plan(callFor(model, asked));

/** The backends in the order in which they would be tried. */
export const order = ({ candidates }: Plan): string[] => candidates.map(({ target }) => target.backend);

/** Why each rejected backend is. */
export const rejections = ({ rejected }: Plan): string[] =>
  rejected.map(({ target, reason }) => `${target.backend}: ${reason}`);

/** The same answer for the named backend, and another one for all others. */
export const only =
  <T>(name: string, answer: T, otherwise: T) =>
  ({ backend }: Target): T =>
    backend === name ? answer : otherwise;
