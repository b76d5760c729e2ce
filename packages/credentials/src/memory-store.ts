import type { CredentialStore } from './credential-store.js';
import { createSecret } from './secret.js';

/** A store that lasts as long as the process: for tests, and for programs that get their credentials elsewhere. */
export function createMemoryStore(entries: Readonly<Record<string, string>> = {}): CredentialStore {
  const held = new Map(Object.entries(entries).map(([name, value]) => [name, createSecret(value)]));
  return {
    name: 'memory',
    get: (name) => Promise.resolve(held.get(name)),
    advise: (name) => `give the memory store a credential ${name}`,
    list: () => Promise.resolve([...held.keys()].sort()),
    async set(more) {
      for (const [name, secret] of more) held.set(name, secret);
    },
    remove: (name) => Promise.resolve(held.delete(name)),
  };
}
