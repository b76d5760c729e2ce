import { Socket } from 'node:net';

import type { Clock } from '@claudette/core';

const MAX_CONNECTIONS = 5;
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 2_000;
/** For a server that does not keep its own limit. */
const ANSWER_TIMEOUT_MS = 3_000;
const CLOSE_TIMEOUT_MS = 500;

export interface PostgresPool {
  query(sql: string, values?: readonly unknown[]): Promise<unknown[]>;
  /** Says goodbye, but not for long to one that does not answer. */
  close(): Promise<void>;
}

/**
 * Connections to Postgres, made when they are needed and again when they were lost. Every question ends within seconds.
 * Loads the driver only now.
 */
export async function createPostgresPool(url: string, clock: Clock): Promise<PostgresPool> {
  const { Pool } = await import('pg');
  const sockets = new Set<Socket>();
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    // Not among the parameters of the start, which poolers between here and there refuse. It goes before what is asked; a
    // connection that refuses it refuses that too.
    onConnect: (client) => void client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`).catch(() => undefined),
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  });
  // Of connections that nobody uses just then; who asks gets errors of their own.
  pool.on('error', () => undefined);
  const end = async (): Promise<void> => {
    const cancel = clock.after(CLOSE_TIMEOUT_MS, () => sockets.forEach((socket) => socket.destroy()));
    await pool.end();
    await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    cancel();
  };
  let ended: Promise<void> | undefined;
  return {
    query: async (sql, values = []) => (await pool.query(sql, [...values])).rows,
    close: () => (ended ??= end()),
  };
}
