import type { CredentialSource } from './credential-source.js';
import type { Secret } from './secret.js';

/** A source that can be written to. */
export interface CredentialStore extends CredentialSource {
  /** The names of what it holds, sorted. Asks the place itself, so it is not for the hot path. */
  list(): Promise<readonly string[]>;
  /** Adds the credentials or replaces those that are there; what other names hold stays. */
  set(entries: ReadonlyMap<string, Secret>): Promise<void>;
  /** Whether there was one to remove. */
  remove(name: string): Promise<boolean>;
}
