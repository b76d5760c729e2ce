import { isDeepStrictEqual } from 'node:util';

import type { Clock } from '@claudette/core';
import { toGatewayError } from '@claudette/core';
import type { Credentials, Redactor, Secret } from '@claudette/credentials';
import { createCredentials, createPassphrase } from '@claudette/credentials';
import type { Logger } from '@claudette/metrics';

import type { Config } from '../config/schema.js';
import { createCredentialPlaces } from './credential-places.js';
import { listStoredNames } from './stored-names.js';

/** The credentials of a gateway: the redactor knows each by value from its first use on. */
export interface GatewayCredentials extends Credentials {
  /** The names of those that are stored; what cannot be read is logged and left out. */
  storedNames(): Promise<readonly string[]>;
  /** Takes them from where another configuration says, from now on. */
  adopt(config: Pick<Config, 'credentials'>): void;
}

export interface GatewayCredentialsOptions {
  readonly config: Pick<Config, 'credentials'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly logger: Logger;
}

/** The credentials that the configuration in effect leads to. Holds nothing open. */
export function createGatewayCredentials(options: GatewayCredentialsOptions): GatewayCredentials {
  const { environment, clock, redactor, logger } = options;
  const takePassphrase = createPassphrase({ environment });

  const remember = (secret: Secret): Secret => {
    redactor.remember(secret);
    return secret;
  };

  const open = (config: Pick<Config, 'credentials'>) => {
    const passphrase = async (isNew: boolean): Promise<Secret> => remember(await takePassphrase(isNew));
    const places = createCredentialPlaces({ config, environment, clock, passphrase });
    return { config, stores: places.stores, credentials: createCredentials(places) };
  };

  let inEffect = open(options.config);
  return {
    take: async (reference) => remember(await inEffect.credentials.take(reference)),
    storedNames: () =>
      listStoredNames(inEffect.stores, (store, thrown) => {
        // Many machines have no keychain; a file that is there is meant to be read.
        const level = store === 'file' ? 'warn' : 'debug';
        logger[level]({ store, reason: toGatewayError(thrown).detail }, 'stored credentials could not be read');
      }),
    adopt(config) {
      if (!isDeepStrictEqual(config.credentials, inEffect.config.credentials)) inEffect = open(config);
    },
  };
}
