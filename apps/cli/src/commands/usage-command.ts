import type { Money, Usage } from '@claudette/core';
import { formatMoney, totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { UsageGroup, UsageRow } from '@claudette/gateway';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

import { formatTable } from '../output.js';
import { addSharedOptions, openFor } from './shared-options.js';

interface UsageOptions {
  readonly by: UsageGroup;
  readonly days: number;
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 36_500;

const parseDays = (text: string): number => {
  const days = Number(text);
  if (text.trim() !== '' && days > 0 && days <= MAX_DAYS) return days;
  throw new InvalidArgumentError(`Must be a number of days above 0, at most ${MAX_DAYS}.`);
};

const formatSum = (sums: readonly Money[]): string =>
  sums.map((money) => `${formatMoney(money)} ${money.currency}`).join(' + ') || '0';

const toCells = (row: UsageRow): string[] => {
  const tokens: Usage = { ...row.tokens, source: 'measured' };
  return [
    row.group ?? '-',
    String(row.requests),
    String(row.hits),
    String(totalInputTokens(tokens)),
    String(totalOutputTokens(tokens)),
    formatSum(row.cost),
    formatSum(row.saved),
    formatSum(row.wasted),
    String(row.unknownCosts),
  ];
};

/** `claudette usage`: requests, tokens and money from the ledger. */
export function addUsageCommand(program: Command): void {
  addSharedOptions(program.command('usage').description('requests, tokens and cost from the ledger'))
    .addOption(new Option('--by <what>', 'a row for each').choices(['day', 'backend', 'model', 'key']).default('day'))
    .addOption(new Option('--days <number>', 'how far back').default(30).argParser(parseDays))
    .action(({ by, days }: UsageOptions, command: Command) =>
      openFor(command, async (gateway, output) => {
        const rows = await gateway.usage({ groupBy: by, sinceMs: Date.now() - days * DAY_MS });
        output.result(rows, () =>
          formatTable([
            [by.toUpperCase(), 'REQUESTS', 'HITS', 'INPUT', 'OUTPUT', 'COST', 'SAVED', 'WASTED', 'UNPRICED'],
            ...rows.map(toCells),
          ]),
        );
      }),
    );
}
