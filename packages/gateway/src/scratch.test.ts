import { expect, it } from '@jest/globals';
import { startBench } from './__fixtures__/start-bench.js';
it('x', async () => {
  const bench = await startBench();
  const r = await bench.tell({ dialect: 'anthropic-messages', fields: { thread: { previous_message_id: 'm' } } });
  expect([r.status, r.text, r.headers, bench.first.count(), bench.second.count()]).toEqual([]);
});
