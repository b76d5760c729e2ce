import type { DialectId } from './dialect.js';

/** A backend together with a model it serves: what an attempt is sent to. */
export interface Target {
  /** The backend's name in the configuration. */
  readonly backend: string;
  /** The model id as the backend knows it. */
  readonly model: string;
  /** The vendor, e.g. `anthropic`. */
  readonly provider: string;
  /** What the backend speaks. */
  readonly dialect: DialectId;
  /** What it speaks besides `dialect`, at the same address. */
  readonly alsoSpeaks?: readonly DialectId[];
}

/** The name of a target as users write it, and the key under which its state is kept. */
export const targetName = (target: Pick<Target, 'backend' | 'model'>): string => `${target.backend}/${target.model}`;

/** A target that may serve a call. */
export interface Candidate {
  readonly target: Target;
  /** Higher is better; comparable only within one plan. */
  readonly score: number;
  /** What the score was made of. */
  readonly measures: Measures;
  /** What is likely to happen there. */
  readonly estimate: Estimate;
  /** What else moved it up or down, one short clause each, e.g. `circuit open: 5 of 8 calls failed`. */
  readonly notes: readonly string[];
}

/** What was known about a candidate when it was ranked, and how it stands among the others. */
export interface Measures {
  /** As configured: 1 is preferred to 2. */
  readonly priority: number;
  /** Which entry of the alias it comes from, counted from 1. */
  readonly position: number;
  /** Whether it could be tried at once. The notes say why not. */
  readonly available: boolean;
  /** Usual time to first content of a stream, to the end of a whole reply, in milliseconds. Undefined: unknown. */
  readonly latencyMs: number | undefined;
  /** The share of recent attempts that succeeded, 0 to 1. */
  readonly successRate: number;
  /** Attempts in flight. */
  readonly inFlight: number;
  /** From 0 (worst) to 1 (best) among the candidates. Undefined: unknown, which is neither good nor bad. */
  readonly standing: {
    readonly cost: number | undefined;
    readonly latency: number | undefined;
    readonly availability: number;
  };
}

/** What a call is likely to use and take at a target. */
export interface Estimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In 10^-9 USD, an integer. Undefined: the price is unknown. */
  readonly costNano: number | undefined;
  /** Until the first content. Undefined: nothing was seen of this target yet. */
  readonly firstContentMs: number | undefined;
  /** Until the end. Undefined: nothing was seen of this target yet. */
  readonly durationMs: number | undefined;
}

/** What keeps the calls of a conversation on one backend. */
export type AffinityKind = 'session' | 'previous-response' | 'prefix';

/** The order in which targets are tried, and why others are not. */
export interface Plan {
  readonly strategy: string;
  /** Best first; never empty. */
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly { readonly target: Target; readonly reason: string }[];
  /** By what the first candidate was chosen among its equals. Absent: by nothing but its score. */
  readonly affinity?: AffinityKind | undefined;
  /** The second candidate is asked too when the first has shown nothing for so long. Absent: it is not. */
  readonly hedgeAfterMs?: number | undefined;
}

/** What was expected of a target; undefined where it is no candidate. */
export const estimateAt = (
  plan: Pick<Plan, 'candidates'> | undefined,
  { backend, model }: Pick<Target, 'backend' | 'model'>,
): Estimate | undefined =>
  plan?.candidates.find(({ target }) => target.backend === backend && target.model === model)?.estimate;
