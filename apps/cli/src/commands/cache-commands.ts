import type { Command } from 'commander';

import { withGateway } from '../open-gateway.js';
import type { OpenOptions } from '../open-gateway.js';
import { createOutput, formatTable } from '../output.js';

interface CacheOptions extends OpenOptions {
  readonly json?: boolean;
}

const switchedOff = 'the cache is switched off';

/** `claudette cache stats|clear`. */
export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('the stored answers');
  const options = (command: Command): CacheOptions => command.optsWithGlobals();

  cache
    .command('stats')
    .description('how much is stored')
    .action(async (_own: unknown, command: Command) => {
      const { json = false, ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const { cache: stats } = gateway.status();
        createOutput({ json, quiet: false }).result(stats, () =>
          stats === null
            ? switchedOff
            : formatTable([
                ['TIER', 'ENTRIES', 'BYTES'],
                ['memory', String(stats.entries), String(stats.bytes)],
                ['store', String(stats.secondTier?.entries ?? 0), ''],
              ]),
        );
      });
    });

  cache
    .command('clear')
    .description('forget all stored answers')
    .action(async (_own: unknown, command: Command) => {
      const { json = false, ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const cleared = await gateway.clearCache();
        createOutput({ json, quiet: false }).result(cleared ?? null, () =>
          cleared === undefined
            ? switchedOff
            : formatTable([
                ['TIER', 'BEFORE', 'AFTER'],
                ['memory', String(cleared.before.memory), String(cleared.after.memory)],
                ['store', String(cleared.before.secondTier), String(cleared.after.secondTier)],
              ]),
        );
      });
    });
}
