import { noUsage } from '@claudette/core';
import type {
  AttemptRecord,
  Candidate,
  DecisionRecord,
  Estimate,
  ExchangeRecord,
  Measures,
  Plan,
  Target,
} from '@claudette/core';

/** A target of model `m` that speaks openai-chat. */
export const targetOf = (backend: string): Target => ({
  backend,
  model: 'm',
  provider: backend,
  dialect: 'openai-chat',
});

interface CandidateFields extends Omit<Partial<Measures>, 'standing'> {
  readonly score?: number;
  readonly standing?: Partial<Measures['standing']>;
  readonly estimate?: Partial<Estimate>;
  readonly notes?: readonly string[];
}

/** An available candidate of which nothing is known but what is given. */
export const candidateOf = (backend: string, fields: CandidateFields = {}): Candidate => {
  const { score = 0.5, standing, estimate, notes = [], ...measures } = fields;
  return {
    target: targetOf(backend),
    score,
    measures: {
      priority: 1,
      position: 1,
      available: true,
      latencyMs: undefined,
      successRate: 1,
      inFlight: 0,
      standing: { cost: undefined, latency: undefined, availability: 1, ...standing },
      ...measures,
    },
    estimate: {
      inputTokens: 100,
      outputTokens: 50,
      costNano: undefined,
      firstContentMs: undefined,
      durationMs: undefined,
      ...estimate,
    },
    notes,
  };
};

/** A weighted plan. */
export const planOf = (candidates: readonly Candidate[], fields: Partial<Plan> = {}): Plan => ({
  strategy: 'weighted',
  candidates,
  rejected: [],
  ...fields,
});

/** A stream of 300 ms to its first content and 1000 ms in all, which used 1000 and 100 tokens. */
export const exchangeOf = (fields: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  id: 'x-1',
  startedAtMs: 1_700_000_000_000,
  durationMs: 1000,
  firstContentMs: 300,
  dialect: 'openai-chat',
  operation: 'generate',
  stream: true,
  requestBytes: 4000,
  principalId: 'local',
  requestedModel: 'm',
  target: targetOf('a'),
  outcome: 'complete',
  finishReason: 'stop',
  cache: 'miss',
  attempts: 1,
  usage: { ...noUsage, inputTokens: 1000, outputTokens: 100 },
  cost: { nano: 1_000_000n, currency: 'USD' },
  losses: [],
  tags: [],
  ...fields,
});

/** A complete first attempt at `backend`. */
export const attemptOf = (backend: string, fields: Partial<AttemptRecord> = {}): AttemptRecord => ({
  target: { backend, model: 'm' },
  reason: 'first',
  startedMs: 1,
  waitedMs: 0,
  durationMs: 998,
  firstContentMs: 299,
  outcome: 'complete',
  orphaned: false,
  ...fields,
});

/** An exchange that `a` answered at once, planned with `a` and `b`. */
export const decisionOf = (fields: Partial<DecisionRecord> = {}): DecisionRecord => ({
  exchange: exchangeOf(),
  plan: planOf([candidateOf('a'), candidateOf('b')]),
  planned: { startedMs: 0.2, tookMs: 0.0123 },
  attempts: [attemptOf('a')],
  ...fields,
});
