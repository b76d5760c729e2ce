import { randomUUID } from 'node:crypto';

import type { RedisClientType } from '@keyv/redis';

import type { Leases } from './leases.js';

const PREFIX = 'claudette:cache-lease:';

/** Only whoever took a lease may change it: it may have ended and be somebody else's by now. */
const RENEW =
  'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end return 0';
const RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0';

/** Leases that all processes on one Redis agree on. */
export function createRedisLeases(client: RedisClientType): Leases {
  return {
    async take(name, durationMs) {
      const key = PREFIX + name;
      const token = randomUUID();
      const taken = await client.set(key, token, {
        condition: 'NX',
        expiration: { type: 'PX', value: durationMs },
      });
      if (taken === null) return undefined;
      const run = (script: string, ...more: readonly string[]): Promise<unknown> =>
        client.eval(script, { keys: [key], arguments: [token, ...more] });
      return {
        renew: async () => (await run(RENEW, String(durationMs))) === 1,
        release: () => run(RELEASE).then(nothing, nothing),
      };
    },
  };
}

const nothing = (): void => undefined;
