import assert from 'node:assert/strict';

import type { CredentialStore } from '../credential-store.js';
import { createSecret, isSecret, reveal } from '../secret.js';
import type { Secret } from '../secret.js';

/** One thing that every store keeps. `run` rejects when it does not. */
export interface StoreCase {
  /** A sentence in the present, for the test's name. */
  readonly name: string;
  /** @param open opens the same place once more, as another process would */
  run(open: () => CredentialStore): Promise<void>;
}

const entries = (plain: Readonly<Record<string, string>>): ReadonlyMap<string, Secret> =>
  new Map(Object.entries(plain).map(([name, value]) => [name, createSecret(value)]));

const valueOf = async (store: CredentialStore, name: string): Promise<string | undefined> => {
  const secret = await store.get(name);
  return secret && reveal(secret);
};

/** What holds for every store, whatever it keeps its credentials in. */
export const storeContract: readonly StoreCase[] = [
  {
    name: 'has nothing at first',
    async run(open) {
      const store = open();
      assert.deepEqual([await store.list(), await store.get('lab'), await store.remove('lab')], [[], undefined, false]);
    },
  },
  {
    name: 'gives what was set, to whoever opens it',
    async run(open) {
      const store = open();
      await store.set(entries({ lab: 'sk-lab-1', OPENAI_API_KEY: 'sk-ü-2 with "signs" = $^' }));
      assert.equal(await valueOf(store, 'lab'), 'sk-lab-1');
      assert.equal(await valueOf(open(), 'OPENAI_API_KEY'), 'sk-ü-2 with "signs" = $^');
    },
  },
  {
    name: 'gives values as secrets, the same one while it stays the same',
    async run(open) {
      const store = open();
      await store.set(entries({ lab: 'sk-lab-1' }));
      const first = await store.get('lab');
      assert.equal(isSecret(first), true);
      assert.equal(await store.get('lab'), first);
    },
  },
  {
    name: 'lists names in order',
    async run(open) {
      await open().set(entries({ b: 'value-b', a: 'value-a' }));
      await open().set(entries({ c: 'value-c' }));
      assert.deepEqual(await open().list(), ['a', 'b', 'c']);
    },
  },
  {
    name: 'replaces a value and leaves the others',
    async run(open) {
      const store = open();
      await store.set(entries({ lab: 'before', other: 'stays' }));
      await store.get('lab');
      await store.set(entries({ lab: 'after' }));
      assert.deepEqual([await valueOf(store, 'lab'), await valueOf(store, 'other')], ['after', 'stays']);
    },
  },
  {
    name: 'forgets what was removed, once',
    async run(open) {
      const store = open();
      await store.set(entries({ lab: 'value', other: 'stays' }));
      await store.get('lab');
      assert.equal(await store.remove('lab'), true);
      assert.deepEqual([await store.get('lab'), await store.list()], [undefined, ['other']]);
      assert.equal(await open().remove('lab'), false);
    },
  },
  {
    name: 'says how a credential gets there',
    async run(open) {
      assert.match(open().advise('lab'), /lab/);
    },
  },
];
