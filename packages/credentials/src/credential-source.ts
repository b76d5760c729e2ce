import type { Secret } from './secret.js';

/** A place where credentials come from. */
export interface CredentialSource {
  /** What stands before the colon of a reference: `env` in `env:OPENAI_API_KEY`. */
  readonly name: string;
  /** The credential as it is now, or undefined when there is none. Called for every attempt, so it must be cheap. */
  get(name: string): Promise<Secret | undefined>;
  /** One clause that tells a person how to make `get` find the credential. */
  advise(name: string): string;
}
