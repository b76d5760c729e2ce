import type { UsageGrouping } from '@claudette/gateway';
import type { Command } from 'commander';
import { Option } from 'commander';

import { withGateway } from '../open-gateway.js';
import type { OpenOptions } from '../open-gateway.js';
import { createOutput, formatTable } from '../output.js';

interface UsageOptions extends OpenOptions {
  readonly json?: boolean;
  readonly by: UsageGrouping;
  readonly days: string;
}

const DAY_MS = 86_400_000;

/** `claudette usage`: requests, tokens and money from the ledger. */
export function addUsageCommand(program: Command): void {
  program
    .command('usage')
    .description('requests, tokens and cost from the ledger')
    .addOption(new Option('--by <what>', 'a row for each').choices(['day', 'backend', 'model', 'key']).default('day'))
    .addOption(new Option('--days <number>', 'how far back').default('30'))
    .action(async (_own: unknown, command: Command) => {
      const { json = false, by, days, ...open } = command.optsWithGlobals<UsageOptions>();
      await withGateway(open, async (gateway) => {
        const rows = await gateway.usage({ groupBy: by, sinceMs: Date.now() - Number(days) * DAY_MS });
        createOutput({ json, quiet: false }).result(rows, () =>
          formatTable([
            [by.toUpperCase(), 'REQUESTS', 'INPUT', 'OUTPUT', 'COST', 'SAVED', 'UNPRICED'],
            ...rows.map((row) => [
              row.group,
              String(row.requests),
              String(row.inputTokens),
              String(row.outputTokens),
              row.cost,
              row.saved,
              String(row.unpriced),
            ]),
          ]),
        );
      });
    });
}
