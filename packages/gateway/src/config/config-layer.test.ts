import { describe, expect, it } from '@jest/globals';

import { createFindOrigin } from './config-layer.js';

const origins = createFindOrigin([
  {
    origin: 'file a.json',
    tree: { server: { port: 1, host: 'x' }, cache: { scope: 'key' }, aliases: { a: ['m', 'n'] } },
  },
  { origin: 'file b.json', tree: { server: { port: 2 }, aliases: { a: ['o'] } } },
  { origin: 'environment CLAUDETTE_CACHE_SCOPE', tree: { cache: { scope: 'team' } } },
  { origin: 'flag', tree: { server: { port: undefined }, routing: null } },
]);

describe('the origin of a value', () => {
  it.each([
    [['server', 'host'], 'file a.json'],
    [['server', 'port'], 'file b.json'],
    [['aliases', 'a'], 'file b.json'],
    [['aliases', 'a', 1], 'file b.json'],
    [['cache', 'scope'], 'environment CLAUDETTE_CACHE_SCOPE'],
    [['routing', 'fallback'], 'flag'],
    [['pool', 'idleTimeoutMs'], 'default'],
    [['server', 'toString'], 'default'],
    [['server', 'host', 'length'], 'file a.json'],
  ])('is the highest layer that decides it: %j', (path, origin) => {
    expect(origins(path)).toBe(origin);
  });
});
