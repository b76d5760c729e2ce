import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { storeContract } from '../__fixtures__/store-contract.js';
import type { CredentialStore } from '../credential-store.js';
import { createSecret, reveal } from '../secret.js';
import type { KeychainBinding } from './keychain-binding.js';
import { createKeychainStore } from './keychain-store.js';

interface Keychain extends KeychainBinding {
  readonly held: Map<string, string>;
  /** How often a value was asked for. */
  reads: number;
  /** While set, everything fails with it. */
  fault: string | undefined;
}

function createKeychain(): Keychain {
  const held = new Map<string, string>();
  const use = async <T>(work: () => T): Promise<T> => {
    if (keychain.fault !== undefined) throw new Error(keychain.fault);
    return work();
  };
  const keychain: Keychain = {
    held,
    reads: 0,
    fault: undefined,
    get(name) {
      keychain.reads += 1;
      return use(() => held.get(name) ?? null);
    },
    set: (name, value) => use(() => void held.set(name, value)),
    remove: (name) => use(() => held.delete(name)),
    list: () => use(() => [...held.keys()]),
  };
  return keychain;
}

const environment = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };

function open(platform: NodeJS.Platform = 'linux') {
  const clock = createFakeClock();
  const keychain = createKeychain();
  const store = createKeychainStore({ clock, platform, environment, binding: keychain });
  return { clock, keychain, store };
}

const valueOf = async (store: CredentialStore, name = 'lab'): Promise<string | undefined> => {
  const secret = await store.get(name);
  return secret && reveal(secret);
};

describe.each(['linux', 'darwin', 'win32', 'freebsd'] as const)('the keychain store on %s', (platform) => {
  it.each(storeContract)('$name', async ({ run }) => {
    const binding = createKeychain();
    await run(() => createKeychainStore({ clock: createFakeClock(), platform, environment, binding }));
  });

  it('says which keychain cannot be used, and why', async () => {
    const { keychain, store } = open(platform);
    keychain.fault = 'it is locked';
    const refusal = { code: 'configuration_invalid', detail: expect.stringMatching(/^the .*[Kk]eychain|Cred|Secret/) };
    const entries = new Map([['lab', createSecret('value')]]);
    await expect(store.get('lab')).rejects.toMatchObject(refusal);
    await expect(store.list()).rejects.toMatchObject({
      detail: expect.stringMatching(/cannot be used: it is locked$/),
    });
    await expect(store.set(entries)).rejects.toMatchObject(refusal);
    await expect(store.remove('lab')).rejects.toMatchObject(refusal);
  });
});

describe('a value of the keychain', () => {
  it('is asked for once while it is fresh', async () => {
    const { clock, keychain, store } = open();
    keychain.held.set('lab', 'value');
    await valueOf(store);
    clock.advance(59_999);
    await valueOf(store);
    expect(keychain.reads).toBe(1);
  });

  it('is asked for once by many at a time', async () => {
    const { keychain, store } = open();
    keychain.held.set('lab', 'value');
    await Promise.all([valueOf(store), valueOf(store), valueOf(store)]);
    expect(keychain.reads).toBe(1);
  });

  it('that another process replaced counts after a minute, and nobody waits for it', async () => {
    const { clock, keychain, store } = open();
    keychain.held.set('lab', 'before');
    await valueOf(store);
    keychain.held.set('lab', 'after');
    clock.advance(60_000);
    expect(await valueOf(store)).toBe('before');
    await clock.advanceAsync(0);
    expect(await valueOf(store)).toBe('after');
  });

  it('that another process removed is gone after a minute', async () => {
    const { clock, keychain, store } = open();
    keychain.held.set('lab', 'value');
    await valueOf(store);
    keychain.held.clear();
    clock.advance(60_000);
    await valueOf(store);
    await clock.advanceAsync(0);
    expect(await valueOf(store)).toBeUndefined();
  });

  it('stays usable while the keychain is locked', async () => {
    const { clock, keychain, store } = open();
    keychain.held.set('lab', 'value');
    await valueOf(store);
    keychain.fault = 'it is locked';
    clock.advance(60_000);
    await valueOf(store);
    await clock.advanceAsync(0);
    expect(await valueOf(store)).toBe('value');
  });

  it('that is not there is looked for again a second later', async () => {
    const { clock, keychain, store } = open();
    expect(await valueOf(store)).toBeUndefined();
    keychain.held.set('lab', 'value');
    expect(await valueOf(store)).toBeUndefined();
    clock.advance(1_000);
    expect(await valueOf(store)).toBe('value');
  });

  it('that cannot be read is asked for again a second later, and nobody waits for it', async () => {
    const { clock, keychain, store } = open();
    keychain.fault = 'it is locked';
    await expect(valueOf(store)).rejects.toThrow('locked');
    keychain.fault = undefined;
    keychain.held.set('lab', 'value');
    await expect(valueOf(store)).rejects.toThrow('locked');
    clock.advance(1_000);
    await expect(valueOf(store)).rejects.toThrow('locked');
    await clock.advanceAsync(0);
    expect(await valueOf(store)).toBe('value');
  });

  it('that was written while the old one was read is not replaced by it', async () => {
    const { keychain, store } = open();
    keychain.held.set('lab', 'before');
    const reading = store.get('lab');
    await store.set(new Map([['lab', createSecret('after')]]));
    await reading;
    expect(await valueOf(store)).toBe('after');
  });

  it('loses the white space around it and is absent when it is empty', async () => {
    const { keychain, store } = open();
    keychain.held.set('lab', ' value\n').set('empty', ' ');
    expect([await valueOf(store), await valueOf(store, 'empty')]).toEqual(['value', undefined]);
  });
});

describe('a Linux without a session bus', () => {
  it.each([[{}], [{ XDG_RUNTIME_DIR: '/nowhere' }], [{ DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '' }]])(
    'is told by its environment, without asking: %j',
    async (bare) => {
      const binding = createKeychain();
      const store = createKeychainStore({ clock: createFakeClock(), platform: 'linux', environment: bare, binding });
      await expect(store.get('lab')).rejects.toMatchObject({
        detail: 'the Secret Service cannot be used: there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)',
      });
      expect(binding.reads).toBe(0);
    },
  );
});
