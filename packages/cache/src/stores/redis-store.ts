import type { Clock } from '@claudette/core';
import type { RedisClientType } from '@keyv/redis';

import { HEAD_LENGTH } from '../entry/entry-text.js';
import type { KeyvStore, StoreCatalogue } from './keyv-store.js';
import { connectToRedis } from './redis-connection.js';
import { createRedisLeases } from './redis-leases.js';

const NAMESPACE = 'claudette:cache';
const PREFIX = `${NAMESPACE}:`;
/** Outside of the namespace: it is no entry. */
const MESSAGES = 'claudette:cache-messages';
const MESSAGES_KEPT = 10_000;
const MESSAGES_KEPT_SECONDS = 3_600;
const PAGE_KEYS = 500;
/** A character may take three bytes for each unit of its length here. */
const HEAD_BYTES = 3 * HEAD_LENGTH;

/**
 * A Keyv over Redis, which many processes may share. Redis expires entries itself and bounds itself (`maxmemory`), so nothing
 * is removed here for these reasons. Loads the driver only now.
 *
 * @param url `redis://` or `rediss://`, whose certificate must be valid
 * @throws GatewayError `configuration_invalid` when there is no Redis or it does not let us in
 */
export async function createRedisStore(url: string, { clock }: { readonly clock: Clock }): Promise<KeyvStore> {
  const { client, close } = await connectToRedis(url, clock);
  const { Keyv } = await import('keyv');
  const { default: KeyvRedis } = await import('@keyv/redis');
  const redis = new KeyvRedis<string>(client, { throwOnErrors: true, keyPrefixSeparator: ':' });
  const catalogue = createCatalogue(client);
  const keyv = new Keyv<string>({
    store: Object.assign(redis, {
      // Its own would open a connection again that was closed.
      getClient: () => Promise.resolve(client),
      // Its own never fails, whatever happens.
      clear: () => removeAll(catalogue),
      disconnect: () => Promise.resolve(close()),
    }),
    throwOnErrors: true,
    namespace: '',
    // The text is ours: no second envelope around it.
    serialize: ({ value }) => String(value),
    deserialize: (text) => ({ value: text as never, expires: undefined }),
  });
  // Keyv has taken it away.
  redis.namespace = NAMESPACE;
  // Errors are thrown to whoever asked; the events say the same again.
  keyv.on('error', () => undefined);
  return {
    keyv,
    catalogue,
    leases: createRedisLeases(client),
    async ping() {
      await client.ping();
    },
  };
}

const removeAll = async (catalogue: StoreCatalogue): Promise<void> => {
  let cursor: string | undefined;
  do {
    const page = await catalogue.page(cursor);
    await catalogue.remove(page.heads.map(({ key }) => key));
    cursor = page.next;
  } while (cursor !== undefined);
};

function createCatalogue(client: RedisClientType): StoreCatalogue {
  /** Some keys, and where to go on; Redis may name a key more than once. */
  const scan = async (from: string) => {
    const { cursor, keys } = await client.scan(from, { MATCH: `${PREFIX}*`, COUNT: PAGE_KEYS });
    return { keys: [...new Set(keys)], next: cursor === '0' ? undefined : cursor };
  };
  return {
    async count() {
      let count = 0;
      for (let cursor: string | undefined = '0'; cursor !== undefined;) {
        const { keys, next }: Awaited<ReturnType<typeof scan>> = await scan(cursor);
        count += keys.length;
        cursor = next;
      }
      return count;
    },
    async page(cursor = '0') {
      const { keys, next } = await scan(cursor);
      const heads = await Promise.all(keys.map((key) => client.getRange(key, 0, HEAD_BYTES - 1)));
      return {
        heads: keys
          .map((key, index) => ({ key: key.slice(PREFIX.length), head: heads[index]?.slice(0, HEAD_LENGTH) ?? '' }))
          // The others have expired meanwhile.
          .filter(({ head }) => head !== ''),
        next,
      };
    },
    async remove(keys) {
      return keys.length === 0 ? 0 : client.unlink(keys.map((key) => PREFIX + key));
    },
    removeExpired: () => Promise.resolve([]),
    removeOldest: () => Promise.resolve([]),
    boundsItself: true,
    async announce(text) {
      await client
        .multi()
        .xAdd(
          MESSAGES,
          '*',
          { text },
          { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: MESSAGES_KEPT } },
        )
        .expire(MESSAGES, MESSAGES_KEPT_SECONDS)
        .exec();
    },
    async announcedSince(position) {
      if (position === undefined) {
        const [last] = await client.xRevRange(MESSAGES, '+', '-', { COUNT: 1 });
        return { texts: [], position: last?.id ?? '0-0' };
      }
      const messages = await client.xRange(MESSAGES, `(${position}`, '+');
      return {
        texts: messages.flatMap(({ message }) => message['text'] ?? []),
        position: messages.at(-1)?.id ?? position,
      };
    },
  };
}
