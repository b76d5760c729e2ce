import type { CredentialStore } from '@claudette/credentials';

/** The names of all stored credentials; `onError` hears of each store that cannot be read. */
export async function listStoredNames(
  stores: readonly CredentialStore[],
  onError: (store: string, thrown: unknown) => void,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const store of stores) {
    try {
      for (const name of await store.list()) names.add(name);
    } catch (thrown) {
      onError(store.name, thrown);
    }
  }
  return [...names];
}
