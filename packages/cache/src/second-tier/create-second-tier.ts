import { GatewayError } from '@claudette/core';

import { createPostgresStore } from '../stores/postgres-store.js';
import { createRedisStore } from '../stores/redis-store.js';
import { createSqliteStore } from '../stores/sqlite-store.js';
import type { SqlitePragmas } from '../stores/sqlite-store.js';
import { createKeyvTier } from './keyv-tier.js';
import type { KeyvTierOptions } from './keyv-tier.js';
import type { SecondTier } from './second-tier.js';

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
 * The second tier that a URL names: `sqlite:<path>`, `redis:`, `rediss:`, `postgres:` or `postgresql:`, or `memory:` for none.
 * Other processes may have the same.
 *
 * @throws GatewayError `configuration_invalid` when the URL is of no known kind or its store cannot be opened; it names the
 * store without the user and the password
 */
export async function createSecondTier(url: string, options: KeyvTierOptions): Promise<SecondTier | undefined> {
  const { scheme = '', path = '' } = /^(?<scheme>[a-z]+):(?:\/\/)?(?<path>.*)$/.exec(url)?.groups ?? {};
  switch (scheme) {
    case 'memory':
      return undefined;
    case 'redis':
    case 'rediss':
      return createKeyvTier(await createRedisStore(url, options), options);
    case 'postgres':
    case 'postgresql':
      return createKeyvTier(await createPostgresStore(url, options), options);
    case 'sqlite':
      if (path !== '') return createSqliteTier(path, options);
  }
  throw new GatewayError(
    'configuration_invalid',
    'the URL of the cache store must be memory:, sqlite:<path>, redis://…, rediss://…, postgres://… or postgresql://…',
  );
}
