import type { Command } from 'commander';

import { withGateway } from '../open-gateway.js';
import type { OpenOptions } from '../open-gateway.js';
import { createOutput, formatTable } from '../output.js';

interface CacheOptions extends OpenOptions {
  readonly json?: boolean;
}

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
        const stats = await gateway.cacheStats();
        createOutput({ json, quiet: false }).result(stats, () =>
          formatTable([['WHAT', 'COUNT'], ...Object.entries(stats).map(([name, value]) => [name, String(value)])]),
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
        createOutput({ json, quiet: false }).result(cleared, () => `entries before: ${cleared.before}, after: ${cleared.after}`);
      });
    });
}
