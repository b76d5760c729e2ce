import { GatewayError, toGatewayError } from '@claudette/core';
import type { CredentialStore, Secret } from '@claudette/credentials';
import {
  createCredentials,
  createPassphrase,
  createRedactor,
  isCredentialName,
  reveal,
  toFingerprint,
} from '@claudette/credentials';
import { providers } from '@claudette/providers';

import type { Config } from '../config/schema.js';
import { systemEnvironment } from '../config/system-environment.js';
import { systemClock } from '../system-clock.js';
import { createCredentialPlaces } from './credential-places.js';
import { testCredentials } from './test-credentials.js';
import type { TestedCredential } from './test-credentials.js';

/** A place that credentials can be stored in. */
export type CredentialStoreName = 'keychain' | 'file';

/** One credential, without its value. */
export interface ListedCredential {
  readonly name: string;
  /** `env`, `keychain` or `file`. */
  readonly source: string;
  /** Eight hexadecimal digits that tell it from others. */
  readonly fingerprint: string;
}

/** A place that could not be used. */
export interface CredentialProblem {
  readonly source: string;
  readonly error: GatewayError;
}

export interface CredentialList {
  readonly credentials: readonly ListedCredential[];
  readonly problems: readonly CredentialProblem[];
}

/** What storing changed. */
export interface StoredCredentials {
  /** Where they are now. */
  readonly source: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  /** The places that come first but could not be used. */
  readonly problems: readonly CredentialProblem[];
}

export interface RemovedCredential {
  /** Where it was; empty when it was nowhere. */
  readonly sources: readonly string[];
  readonly problems: readonly CredentialProblem[];
}

/** The hand on credentials. Never gives a value away. */
export interface CredentialAdmin {
  /** What is stored, and the environment variables that are set and used for backends. */
  list(): Promise<CredentialList>;
  /**
   * Stores credentials, all or none of them, in the named place or else in the first that can be used.
   * @throws GatewayError `invalid_request` for a name that is none; `configuration_invalid` when no place can be used
   */
  set(entries: ReadonlyMap<string, Secret>, place?: CredentialStoreName): Promise<StoredCredentials>;
  /** Removes a credential from the named place, or from all. */
  remove(name: string, place?: CredentialStoreName): Promise<RemovedCredential>;
  /**
   * Asks the backends that use a credential, or those of all credentials, for their free list of models.
   * @throws GatewayError `invalid_request` when it is not known which backend the credential is for
   */
  test(name?: string): Promise<readonly TestedCredential[]>;
}

export interface CredentialAdminOptions {
  readonly config: Config;
  /** @default the process's own */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Asks a person for the passphrase of the encrypted file. `isNew`: there is none yet, so it should be asked for twice. */
  readonly askPassphrase?: (isNew: boolean) => Promise<string>;
}

/** A person may have to unlock the keychain. */
const KEYCHAIN_TIMEOUT_MS = 60_000;

const { redact } = createRedactor();

/** A name that is a key by mistake is not repeated. */
function checkName(name: string): void {
  if (redact(name) !== name) {
    throw new GatewayError(
      'invalid_request',
      'the name looks like a key; give a name, and the key where it is asked for',
    );
  }
  if (isCredentialName(name)) return;
  throw new GatewayError('invalid_request', 'a credential is named by letters, digits, _ . and -, a letter or _ first');
}

const toProblem = ({ name }: CredentialStore, thrown: unknown): CredentialProblem => ({
  source: name,
  error: toGatewayError(thrown),
});

/** The variables that backends may take their keys from, as the configuration or the vendors name them. */
function namedVariables({ backends }: Config): readonly string[] {
  const references = Object.values(backends).flatMap(({ apiKey = [] }) => apiKey);
  const configured = references.flatMap((reference) => /^env:(.*)$/.exec(reference)?.[1] ?? []);
  return [...new Set([...configured, ...providers.flatMap(({ auth }) => auth.environment)])];
}

/** Stores what is new and tells it from what is not. */
async function store(
  to: CredentialStore,
  entries: ReadonlyMap<string, Secret>,
): Promise<Omit<StoredCredentials, 'problems'>> {
  const told = { added: [] as string[], changed: [] as string[], unchanged: [] as string[] };
  for (const [name, secret] of entries) {
    const before = await to.get(name);
    const kind = before === undefined ? 'added' : reveal(before) === reveal(secret) ? 'unchanged' : 'changed';
    told[kind].push(name);
  }
  const news = new Map([...entries].filter(([name]) => !told.unchanged.includes(name)));
  if (news.size > 0) await to.set(news);
  return { source: to.name, ...told };
}

/** Opens the places that the configuration names. Nothing is read before it is asked for, and nothing stays open. */
export function openCredentialAdmin(options: CredentialAdminOptions): CredentialAdmin {
  const { config, environment = systemEnvironment, askPassphrase: ask } = options;
  const { sources, stores } = createCredentialPlaces({
    config,
    environment,
    clock: systemClock,
    keychainTimeoutMs: KEYCHAIN_TIMEOUT_MS,
    passphrase: createPassphrase({ environment, ...(ask && { ask }) }),
  });

  const choose = (place: CredentialStoreName | undefined): readonly CredentialStore[] => {
    const chosen = place === undefined ? stores : stores.filter(({ name }) => name === place);
    if (chosen.length > 0) return chosen;
    const named = config.credentials.sources.join(', ');
    throw new GatewayError('configuration_invalid', `credentials.sources is ${named}: it has no ${place ?? 'store'}`);
  };

  return {
    async list() {
      const credentials: ListedCredential[] = [];
      const problems: CredentialProblem[] = [];
      const environmentSource = sources.find(({ name }) => name === 'env');
      for (const name of environmentSource ? namedVariables(config) : []) {
        const secret = await environmentSource?.get(name);
        if (secret !== undefined) credentials.push({ name, source: 'env', fingerprint: toFingerprint(secret) });
      }
      for (const from of stores) {
        try {
          for (const name of await from.list()) {
            const secret = await from.get(name);
            if (secret !== undefined) credentials.push({ name, source: from.name, fingerprint: toFingerprint(secret) });
          }
        } catch (thrown) {
          problems.push(toProblem(from, thrown));
        }
      }
      return { credentials, problems };
    },

    async set(entries, place) {
      for (const name of entries.keys()) checkName(name);
      const problems: CredentialProblem[] = [];
      for (const to of choose(place)) {
        try {
          return { ...(await store(to, entries)), problems };
        } catch (thrown) {
          problems.push(toProblem(to, thrown));
        }
      }
      throw new GatewayError('configuration_invalid', problems.map(({ error }) => error.detail).join('; '));
    },

    async remove(name, place) {
      checkName(name);
      const removedFrom: string[] = [];
      const problems: CredentialProblem[] = [];
      for (const from of choose(place)) {
        try {
          if (await from.remove(name)) removedFrom.push(from.name);
        } catch (thrown) {
          problems.push(toProblem(from, thrown));
        }
      }
      return { sources: removedFrom, problems };
    },

    test: (name) => testCredentials({ config, environment, stores, credentials: createCredentials({ sources }) }, name),
  };
}
