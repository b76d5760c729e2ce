import { setTimeout as wait } from 'node:timers/promises';

import { anEntry } from '../../__fixtures__/entries.js';
import { createSqliteTier } from '../../second-tier/create-second-tier.js';
import type { ChildReport, ChildTask } from './run-sqlite-child.js';

const clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Writes entries of its own, reads them and those of others meanwhile, and removes some of them again. */
async function run({ path, name, entries }: ChildTask): Promise<ChildReport> {
  let droppedWrites = 0;
  // On a busy machine an answer may take longer than a request would wait: here only its coming matters.
  const options = { clock, observe: () => (droppedWrites += 1), maxEntries: 10_000, lookupTimeoutMs: 5_000 };
  const tier = await createSqliteTier(path, options);
  let removedElsewhere = 0;
  tier.onRemovedElsewhere(() => (removedElsewhere += 1));
  let removed = 0;
  const now = Date.now();
  for (let index = 0; index < entries; index += 1) {
    const label = { ...anEntry().label, tags: [`${name}${index % 10}`] };
    tier.set(`${name}${index}`, anEntry({ label, storedAtMs: now, expiresAtMs: now + 3_600_000 }));
    await tier.getMany([`a${index}`, `b${index - 10}`]);
    if (index % 20 === 0) await wait(10);
    if (index % 100 === 99) removed += await tier.remove({ tag: `${name}3` });
  }
  await tier.count();
  await wait(1_500);
  const { failures, timeouts, unreadable, hits } = tier.stats();
  await tier.close();
  return { removed, removedElsewhere, droppedWrites, failures, timeouts, unreadable, hits };
}

process.once('message', (task: ChildTask) => {
  run(task).then(
    (report) => process.send?.(report, () => process.disconnect()),
    (cause: unknown) => process.send?.({ error: String(cause) }, () => process.disconnect()),
  );
});
