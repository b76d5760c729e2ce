import { afterEach, describe, expect, it } from '@jest/globals';

import { startNameServer } from './__fixtures__/name-server.js';
import type { NameServer } from './__fixtures__/name-server.js';
import { createResolveHost } from './resolve-host.js';

const servers: NameServer[] = [];
const start = async (addresses?: readonly string[]): Promise<string> => {
  const server = await startNameServer(addresses);
  servers.push(server);
  return server.address;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe('a host', () => {
  it.each([[['192.0.2.7']], [['2001:db8:1:2:3:4:5:6']], [['192.0.2.7', '2001:db8:1:2:3:4:5:6']], [[]]])(
    'has the addresses %j that its name server gives',
    async (addresses: string[]) => {
      const resolve = createResolveHost([await start(addresses)]);
      expect(await resolve('files.example', new AbortController().signal)).toEqual(addresses);
    },
  );

  it('has none when nobody waits for them any more', async () => {
    const controller = new AbortController();
    const found = createResolveHost([await start()])('files.example', controller.signal);
    controller.abort();
    expect(await found).toEqual([]);
  });
});
