import type { CredentialSource } from './credential-source.js';
import { createSecret } from './secret.js';
import type { Secret } from './secret.js';

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Known {
  readonly value: string;
  readonly secret: Secret;
}

/**
 * Credentials from environment variables. The variable is read each time, so that a changed one counts at once; white
 * space around the value is dropped, since a trailing line break would make it an invalid header. Empty means absent.
 *
 * @param environment @default process.env
 */
export function createEnvironmentSource(environment: Environment = process.env): CredentialSource {
  const known = new Map<string, Known>();

  const secretOf = (name: string): Secret | undefined => {
    const value = environment[name]?.trim();
    if (value === undefined || value === '') return undefined;
    const last = known.get(name);
    if (last?.value === value) return last.secret;
    const secret = createSecret(value);
    known.set(name, { value, secret });
    return secret;
  };

  return {
    name: 'env',
    get: (name) => Promise.resolve(secretOf(name)),
    advise: (name) => `set the environment variable ${name}`,
  };
}
