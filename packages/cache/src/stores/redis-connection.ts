import type { Clock } from '@claudette/core';
import type { RedisClientType } from '@keyv/redis';

import { createStoreError, parseStoreUrl } from './store-url.js';

const CONNECT_TIMEOUT_MS = 2_000;
/** Also for the first words on a connection; beats keep an idle one well below it. */
const SOCKET_TIMEOUT_MS = 5_000;
const BEAT_INTERVAL_MS = 1_000;
const SILENCE_MS = 2_000;
const FIRST_RECONNECT_MS = 50;
const MAX_RECONNECT_MS = 2_000;
/** Commands that wait for their answers; beyond that they fail at once. */
const MAX_WAITING = 10_000;

export interface RedisConnection {
  readonly client: RedisClientType;
  /** Fails what waits and lets the connection go. */
  close(): void;
}

/**
 * A connection to Redis. While it is lost, commands fail at once and it comes back by itself; commands that a silent Redis
 * does not answer fail after about three seconds. Loads the driver only now.
 *
 * @throws GatewayError `configuration_invalid` when there is no Redis or it does not let us in
 */
export async function connectToRedis(url: string, clock: Clock): Promise<RedisConnection> {
  const parsed = parseStoreUrl(url);
  const { createClient } = await import('@keyv/redis');
  let opened = false;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      // The first time is at start, where somebody waits to hear what is wrong.
      reconnectStrategy: (retries) =>
        opened && Math.min(FIRST_RECONNECT_MS * 2 ** Math.min(retries, 10), MAX_RECONNECT_MS),
      ...(parsed.protocol === 'rediss:' && { tls: true, rejectUnauthorized: true }),
    },
  }) as RedisClientType;
  // Commands fail with the same errors.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } catch (thrown) {
    if (client.isOpen) client.destroy();
    throw createStoreError(parsed, thrown);
  }
  opened = true;
  const stopBeats = startBeats(client, clock);
  return {
    client,
    close() {
      stopBeats();
      if (client.isOpen) client.destroy();
    },
  };
}

/**
 * Asks again and again whether Redis is there, and connects anew when it says nothing: the client itself would wait for ever
 * for answers. Answers come in the order of the commands, so one question stands for all.
 */
function startBeats(client: RedisClientType, clock: Clock): () => void {
  let cancel: () => void;
  const wait = (): void => {
    cancel = clock.after(BEAT_INTERVAL_MS, beat);
  };
  const beat = (): void => {
    if (!client.isReady) return wait();
    cancel = clock.after(SILENCE_MS, () => {
      client.destroy();
      // It tries until it succeeds or is closed.
      client.connect().catch(() => undefined);
      wait();
    });
    const cancelSilence = cancel;
    const answered = (): void => {
      if (cancel !== cancelSilence) return;
      cancel();
      wait();
    };
    client.ping().then(answered, answered);
  };
  wait();
  return () => {
    cancel();
    cancel = () => undefined;
  };
}
