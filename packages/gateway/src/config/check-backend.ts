import { dialectIds } from '@claudette/core';
import type { DialectId } from '@claudette/core';
import type { Provider } from '@claudette/providers';
import { findProvider, providerIds } from '@claudette/providers';
import { nearestNames } from '@claudette/routing';

import type { BackendConfig } from './schema.js';

/** A server of the user's own may speak anything; of a vendor it is known. */
const spokenBy = ({ id, dialect, alsoSpeaks }: Provider): readonly DialectId[] =>
  id === 'openai-compatible' ? dialectIds : [dialect, ...alsoSpeaks];

/** What is wrong with a backend beyond what the schema says: the key below it, and the words that follow its path. */
export interface BackendProblem {
  readonly key: 'provider' | 'dialect' | 'baseUrl';
  readonly message: string;
}

/** What of a backend does not go with its provider, or with its models. */
export function* checkBackend(config: BackendConfig): Generator<BackendProblem> {
  const provider = findProvider(config.provider);
  if (provider === undefined) {
    const near = nearestNames(config.provider, providerIds)[0];
    const hint = near === undefined ? `known providers: ${providerIds.join(', ')}` : `did you mean ${near}?`;
    yield { key: 'provider', message: `is "${config.provider}"; ${hint}` };
    return;
  }
  if (config.dialect !== undefined && !spokenBy(provider).includes(config.dialect)) {
    const message = `is "${config.dialect}"; ${provider.id} speaks ${spokenBy(provider).join(', ')}`;
    yield { key: 'dialect', message };
  }
  if (config.baseUrl === undefined && provider.baseUrl === null && provider.id !== 'demo') {
    const message = `is absent; ${provider.id} needs an address, e.g. http://127.0.0.1:8000/v1`;
    yield { key: 'baseUrl', message };
  }
}
