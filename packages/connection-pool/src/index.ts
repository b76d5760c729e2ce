export { createConnectionPool } from './connection-pool.js';
export type { ConnectionPool, ConnectionPoolOptions } from './connection-pool.js';
export type { OriginStats } from './origin-pool.js';
