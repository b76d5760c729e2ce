import type { Clock } from '@claudette/core';
import { GatewayError } from '@claudette/core';

import type { CredentialStore } from '../credential-store.js';
import type { Environment } from '../environment-source.js';
import { createSecret, reveal } from '../secret.js';
import type { Secret } from '../secret.js';
import type { KeychainBinding } from './keychain-binding.js';
import { createNativeBinding } from './native-binding.js';
import { hasSessionBus } from './session-bus.js';

export interface KeychainStoreOptions {
  readonly clock: Clock;
  /** Who the entries belong to. @default 'claudette' */
  readonly service?: string;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** Says where the session bus is, on Linux. @default process.env */
  readonly environment?: Environment;
  /** Most time of one question to the keychain, which may wait for a person to unlock it. @default 5_000 */
  readonly timeoutMs?: number;
  /** How old a value may be before the keychain is asked again. @default 60_000 */
  readonly refreshMs?: number;
  /** Replaces the operating system's keychain. @default `@napi-rs/keyring` in a process of its own */
  readonly binding?: KeychainBinding;
}

/** How soon a keychain is asked again about what it did not have, or did not say; nobody waits for the latter. */
const RETRY_MS = 1_000;

const keychains: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'the macOS Keychain',
  linux: 'the Secret Service',
  win32: 'the Windows Credential Manager',
};

/** The last answer about one name. */
interface Known {
  readonly secret?: Secret;
  /** Why there was no answer. */
  readonly failure?: GatewayError;
  readonly askedAt: number;
}

/**
 * The operating system's keychain: Keychain on macOS, Credential Manager on Windows, the Secret Service on Linux. Nothing is
 * loaded or asked before the first use. A value that was read is given at once from then on and read again behind the
 * scenes after `refreshMs`; it stays usable while the keychain is locked, and goes when the keychain says it is gone.
 *
 * All methods reject with GatewayError `configuration_invalid` that says why the keychain cannot be used.
 */
export function createKeychainStore(options: KeychainStoreOptions): CredentialStore {
  const { clock, service = 'claudette', platform = process.platform, environment = process.env } = options;
  const { timeoutMs = 5_000, refreshMs = 60_000 } = options;
  const binding = options.binding ?? createNativeBinding({ clock, service, environment, timeoutMs });
  const keychain = keychains[platform] ?? 'the keychain';
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<Known>>();

  const use = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      if (platform === 'linux' && !hasSessionBus(environment)) {
        throw new Error('there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)');
      }
      return await work();
    } catch (cause) {
      const { message } = cause as Error;
      throw new GatewayError('configuration_invalid', `${keychain} cannot be used: ${message}`, { cause });
    }
  };

  const read = async (name: string): Promise<Known> => {
    const before = known.get(name);
    try {
      const value = (await use(() => binding.get(name)))?.trim() ?? '';
      if (value === '') return { askedAt: clock.now() };
      const isSame = before?.secret !== undefined && reveal(before.secret) === value;
      return { secret: isSame ? before.secret : createSecret(value), askedAt: clock.now() };
    } catch (thrown) {
      if (before?.secret !== undefined) return { secret: before.secret, askedAt: clock.now() };
      return { failure: thrown as GatewayError, askedAt: clock.now() };
    }
  };

  const ask = (name: string): Promise<Known> => {
    const underWay = asking.get(name);
    if (underWay !== undefined) return underWay;
    const answer = read(name).then((current) => {
      // What was written meanwhile is newer than what was read.
      if (asking.get(name) === answer) {
        asking.delete(name);
        known.set(name, current);
      }
      return current;
    });
    asking.set(name, answer);
    return answer;
  };

  const forget = (name: string): void => {
    known.delete(name);
    asking.delete(name);
  };

  return {
    name: 'keychain',
    advise: (name) => `store it with claudette credentials set ${name}`,
    async get(name) {
      let current = known.get(name) ?? (await ask(name));
      const ageMs = clock.now() - current.askedAt;
      if (ageMs >= (current.secret === undefined ? RETRY_MS : refreshMs)) {
        const answer = ask(name);
        // Only a keychain that answers is waited for.
        if (current.secret === undefined && current.failure === undefined) current = await answer;
      }
      if (current.failure) throw current.failure;
      return current.secret;
    },
    list: () => use(async () => [...new Set(await binding.list())].sort()),
    async set(entries) {
      for (const [name, secret] of entries) {
        await use(() => binding.set(name, reveal(secret)));
        forget(name);
      }
    },
    async remove(name) {
      const isRemoved = await use(() => binding.remove(name));
      forget(name);
      return isRemoved;
    },
  };
}
