import { GatewayError } from '@claudette/core';

import { createKeyvTier } from './keyv-tier.js';
import type { KeyvTierOptions } from './keyv-tier.js';
import type { SecondTier } from './second-tier.js';
import { createSqliteStore } from './sqlite-store.js';
import type { SqlitePragmas } from './sqlite-store.js';

/** A second tier in SQLite. */
export interface SqliteTier extends SecondTier {
  readonly pragmas: SqlitePragmas;
}

/**
 * A second tier in one SQLite file, which several processes may share.
 *
 * @param path of the file, made when it does not exist; `:memory:` for a database that ends with the process
 * @throws GatewayError `configuration_invalid` when the file cannot be opened or is not a database
 */
export async function createSqliteTier(path: string, options: KeyvTierOptions): Promise<SqliteTier> {
  const { pragmas, ...store } = await createSqliteStore(path);
  return { ...createKeyvTier(store, options), pragmas };
}

/**
 * The second tier that a URL names: `sqlite:<path>`, or `memory:` for none.
 *
 * @throws GatewayError `configuration_invalid` when the URL is of no known kind or its store cannot be opened
 */
export async function createSecondTier(url: string, options: KeyvTierOptions): Promise<SecondTier | undefined> {
  if (url === 'memory:') return undefined;
  const path = /^sqlite:(?:\/\/)?(?<path>.+)$/.exec(url)?.groups?.['path'];
  if (path === undefined) {
    throw new GatewayError('configuration_invalid', `the cache store ${url} is neither memory: nor sqlite:<path>`);
  }
  return createSqliteTier(path, options);
}
