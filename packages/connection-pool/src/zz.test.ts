import { it, afterEach } from '@jest/globals';
import { aPool, aRequest, closeAll, httpServer } from './__fixtures__/servers.js';
import { setTimeout as sleep } from 'node:timers/promises';
afterEach(closeAll);
it('x', async () => {
  const out: string[] = [];
  const server = await httpServer((req) => { out.push('req ' + req.url); req.socket.on('close', () => out.push('close')).on('end', () => out.push('end')); });
  const c = new AbortController();
  const pool = aPool();
  const a = pool.send(aRequest(server.url, { signal: c.signal }));
  await sleep(20);
  c.abort(new Error('x'));
  await a.catch((e) => out.push(String(e)));
  for (let i = 0; i < 5; i++) { await sleep(20); out.push(JSON.stringify([server.accepted, server.sockets.size, pool.stats()[0]])); }
  throw new Error(out.join('\n'));
});
