import type { Command } from 'commander';

import { formatTable } from '../output.js';
import { addSharedOptions, openFor } from './shared-options.js';

const switchedOff = 'the cache is switched off';

/** `claudette cache stats|clear`. */
export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('the stored answers');

  addSharedOptions(cache.command('stats').description('how much is stored')).action((_own: unknown, command: Command) =>
    openFor(command, async (gateway, output) => {
      const stored = await gateway.countCache();
      output.result(stored ?? null, () =>
        stored === undefined
          ? switchedOff
          : formatTable([
              ['TIER', 'ENTRIES'],
              ['memory', String(stored.memory)],
              ['store', String(stored.secondTier)],
            ]),
      );
    }),
  );

  addSharedOptions(cache.command('clear').description('forget all stored answers')).action(
    (_own: unknown, command: Command) =>
      openFor(command, async (gateway, output) => {
        const cleared = await gateway.clearCache();
        output.result(cleared ?? null, () =>
          cleared === undefined
            ? switchedOff
            : formatTable([
                ['TIER', 'BEFORE', 'AFTER'],
                ['memory', String(cleared.before.memory), String(cleared.after.memory)],
                ['store', String(cleared.before.secondTier), String(cleared.after.secondTier)],
              ]),
        );
      }),
  );
}
