import { GatewayError, toGatewayError } from '@claudette/core';

import type { CredentialSource } from './credential-source.js';

/**
 * The source `credential`: what several stores hold, the first that has it wins. A store that cannot be read does not
 * hide the next one.
 *
 * `get` throws GatewayError `credential_missing` when no store has the credential and one could not be read, with the
 * reason of each.
 */
export function createStoredSource(stores: readonly CredentialSource[]): CredentialSource {
  const advise = (name: string): string =>
    stores.length === 0
      ? 'no store is configured; name keychain or file in credentials.sources'
      : [...new Set(stores.map((store) => store.advise(name)))].join(', or ');

  return {
    name: 'credential',
    advise,
    async get(name) {
      const reasons: string[] = [];
      for (const store of stores) {
        try {
          const secret = await store.get(name);
          if (secret !== undefined) return secret;
        } catch (thrown) {
          reasons.push(toGatewayError(thrown).detail);
        }
      }
      if (reasons.length === 0) return undefined;
      const where = `not every place could be read: ${reasons.join('; ')}`;
      throw new GatewayError('credential_missing', `credential:${name} is not there; ${advise(name)}; ${where}`);
    },
  };
}
