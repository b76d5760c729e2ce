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
  /** Why it stands where it stands, one short clause each. */
  readonly reasons: readonly string[];
}

/** The order in which targets are tried, and why others are not. */
export interface Plan {
  readonly strategy: string;
  /** Best first; never empty. */
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly { readonly target: Target; readonly reason: string }[];
}
