import { GatewayError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import type { CredentialStore } from './credential-store.js';
import { createCredentials } from './credentials.js';
import { createMemoryStore } from './memory-store.js';
import { reveal } from './secret.js';
import { createStoredSource } from './stored-source.js';

const locked: CredentialStore = {
  ...createMemoryStore(),
  get: () => Promise.reject(new GatewayError('configuration_invalid', 'the keychain cannot be used: it is locked')),
};

const take = async (stores: readonly CredentialStore[], name: string): Promise<string> =>
  reveal(await createCredentials({ sources: [createStoredSource(stores)] }).take(`credential:${name}`));

describe('a stored credential', () => {
  it('comes from the first store that has it', async () => {
    const stores = [createMemoryStore({ a: 'first' }), createMemoryStore({ a: 'second', b: 'third' })];
    expect([await take(stores, 'a'), await take(stores, 'b')]).toEqual(['first', 'third']);
  });

  it('is found behind a store that cannot be read', async () => {
    expect(await take([locked, createMemoryStore({ a: 'second' })], 'a')).toBe('second');
  });

  it('that no store has comes with what to do', async () => {
    await expect(take([createMemoryStore()], 'a')).rejects.toMatchObject({
      code: 'credential_missing',
      detail: 'credential:a is not there; give the memory store a credential a',
    });
  });

  it('that may be in a store that cannot be read comes with the reason', async () => {
    await expect(take([locked, createMemoryStore()], 'a')).rejects.toMatchObject({
      code: 'credential_missing',
      detail:
        'credential:a is not there; give the memory store a credential a; not every place could be read: the keychain cannot be used: it is locked',
    });
  });

  it('without any store says which setting names them', async () => {
    await expect(take([], 'a')).rejects.toMatchObject({ detail: expect.stringContaining('credentials.sources') });
  });
});
