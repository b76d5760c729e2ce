import type { ListedEntry, Removal } from '@claudette/gateway';
import type { Command } from 'commander';
import { Option } from 'commander';

import { formatTable } from '../output.js';
import type { EntryQuery, StoredAnswers } from '../stored-answers.js';
import { addFilterOptions, addUrlOption, toQuery } from './cache-options.js';
import type { FilterOptions } from './cache-options.js';
import { addWarmCommand } from './cache-warm-command.js';
import { numberBetween } from './question-options.js';
import { addSharedOptions } from './shared-options.js';
import { withStoredAnswers } from './with-stored-answers.js';

const MAX_LISTED = 100_000;
const MAX_PAGE = 1_000;

const formatRemoval = ({ before, removed, after }: Removal): string =>
  formatTable([
    ['TIER', 'BEFORE', 'REMOVED', 'AFTER'],
    ['memory', String(before.memory), String(removed.memory), String(after.memory)],
    ['store', String(before.secondTier), String(removed.secondTier), String(after.secondTier)],
  ]);

const formatAge = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)}h` : `${Math.round(seconds / 86_400)}d`;
};

const toCells = (entry: ListedEntry, nowMs: number): string[] => [
  entry.key,
  entry.scope.id === '' ? entry.scope.kind : `${entry.scope.kind}:${entry.scope.id}`,
  entry.operation,
  entry.tags.join(', ') || '-',
  String(entry.bytes),
  entry.costNano === undefined ? '-' : (entry.costNano / 1e9).toFixed(6),
  formatAge(nowMs - entry.storedAtMs),
  entry.expiresAtMs <= nowMs ? 'over' : formatAge(entry.expiresAtMs - nowMs),
  entry.tiers.map((tier) => (tier === 'memory' ? 'memory' : 'store')).join(' + '),
];

const listAll = async (answers: StoredAnswers, query: EntryQuery, limit: number): Promise<readonly ListedEntry[]> => {
  const entries: ListedEntry[] = [];
  let cursor: string | undefined;
  do {
    const size = String(Math.min(limit - entries.length, MAX_PAGE));
    const page = await answers.list({ ...query, limit: size, ...(cursor !== undefined && { cursor }) });
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== undefined && entries.length < limit);
  return entries;
};

/** `claudette cache stats|list|clear|warm`. */
export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('the stored answers');

  addSharedOptions(addUrlOption(cache.command('stats').description('how much is stored'))).action(
    (_own: unknown, command: Command) =>
      withStoredAnswers(command, async (answers, output) => {
        const { stats, entries } = await answers.stats();
        output.result({ entries, stats }, () =>
          [
            formatTable([
              ['TIER', 'ENTRIES'],
              ['memory', String(entries.memory)],
              ['store', String(entries.secondTier)],
            ]),
            formatTable([
              ['HITS', 'MISSES', 'COALESCED', 'STALE', 'EVICTED', 'BYTES'],
              [stats.hits, stats.misses, stats.coalesced, stats.stale, stats.evictions, stats.bytes].map(String),
            ]),
          ].join('\n\n'),
        );
      }),
  );

  addSharedOptions(
    addUrlOption(addFilterOptions(cache.command('list').description("what is stored, but nobody's words"))),
  )
    .addOption(new Option('--limit <number>', 'so many').default(100).argParser(numberBetween(1, MAX_LISTED, true)))
    .action((_own: unknown, command: Command) =>
      withStoredAnswers(command, async (answers, output) => {
        const options = command.optsWithGlobals<FilterOptions & { limit: number }>();
        const entries = await listAll(answers, toQuery(options), options.limit);
        output.result(entries, () =>
          formatTable([
            ['KEY', 'SCOPE', 'OPERATION', 'TAGS', 'BYTES', 'COST', 'AGE', 'EXPIRES', 'IN'],
            ...entries.map((entry) => toCells(entry, Date.now())),
          ]),
        );
      }),
    );

  addSharedOptions(
    addUrlOption(
      addFilterOptions(cache.command('clear').description('forget all stored answers, or those that are meant')),
    ),
  ).action((_own: unknown, command: Command) =>
    withStoredAnswers(command, async (answers, output) => {
      const removal = await answers.remove(toQuery(command.optsWithGlobals<FilterOptions>()));
      output.result(removal, () => formatRemoval(removal));
    }),
  );

  addWarmCommand(cache);
}
