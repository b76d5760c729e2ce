import { join } from 'node:path';

import type { Clock } from '@claudette/core';
import type { CredentialSource, CredentialStore, TakePassphrase } from '@claudette/credentials';
import {
  createEncryptedFileStore,
  createEnvironmentSource,
  createKeychainStore,
  createStoredSource,
} from '@claudette/credentials';

import type { Config } from '../config/schema.js';
import { dataDirectory } from '../config/user-directories.js';

export interface CredentialPlaces {
  /** What references may name. */
  readonly sources: readonly CredentialSource[];
  /** Where `credential:NAME` is looked for, in this order. */
  readonly stores: readonly CredentialStore[];
}

export interface CredentialPlacesOptions {
  readonly config: Pick<Config, 'credentials'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Gives the passphrase of the encrypted file. */
  readonly passphrase: TakePassphrase;
  /** Most time of one question to the keychain. @default 5_000 */
  readonly keychainTimeoutMs?: number;
}

/** The places of `credentials.sources`, in its order. None is looked at before it is needed. */
export function createCredentialPlaces(options: CredentialPlacesOptions): CredentialPlaces {
  const { config, environment, clock, passphrase, keychainTimeoutMs: timeoutMs = 5_000 } = options;
  const order = config.credentials.sources;
  const openStore = {
    keychain: () => createKeychainStore({ clock, environment, timeoutMs }),
    file: () =>
      createEncryptedFileStore({ clock, path: join(dataDirectory(environment), 'credentials.enc'), passphrase }),
  };
  const stores = order.flatMap((name) => (name === 'env' ? [] : [openStore[name]()]));
  return {
    stores,
    sources: [...(order.includes('env') ? [createEnvironmentSource(environment)] : []), createStoredSource(stores)],
  };
}
