import { GatewayError } from '@claudette/core';

import { isCredentialName } from './credential-name.js';
import type { CredentialSource } from './credential-source.js';
import type { Secret } from './secret.js';

/** Takes credentials by reference. */
export interface Credentials {
  /**
   * The secret a reference such as `env:OPENAI_API_KEY` stands for, as it is now. Cheap enough for every attempt.
   *
   * @throws GatewayError `credential_missing` when the source does not have it, `configuration_invalid` when the
   * reference has another form than the sources understand; the refused text is not repeated, as it may be a key
   */
  take(reference: string): Promise<Secret>;
}

export interface CredentialsOptions {
  /** Where to look; a reference names one of them. */
  readonly sources: readonly CredentialSource[];
}

interface Place {
  readonly source: CredentialSource;
  readonly name: string;
}

/** Resolves references to secrets. Holds no secret itself: what may be remembered is each source's own business. */
export function createCredentials({ sources }: CredentialsOptions): Credentials {
  const byName = new Map(sources.map((source) => [source.name, source]));
  const forms = sources.map((source) => `${source.name}:NAME`).join(' or ');
  const places = new Map<string, Place>();

  const parse = (reference: string): Place => {
    const colon = reference.indexOf(':');
    const source = byName.get(reference.slice(0, Math.max(0, colon)));
    const name = reference.slice(colon + 1);
    if (source === undefined || !isCredentialName(name)) {
      throw new GatewayError('configuration_invalid', `a reference to a credential must have the form ${forms}`);
    }
    const place = { source, name };
    places.set(reference, place);
    return place;
  };

  return {
    async take(reference) {
      const { source, name } = places.get(reference) ?? parse(reference);
      const secret = await source.get(name);
      if (secret === undefined) {
        throw new GatewayError('credential_missing', `${reference} is not there; ${source.advise(name)}`);
      }
      return secret;
    },
  };
}
