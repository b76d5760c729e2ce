import type { Money, Usage } from '@claudette/core';
import { Kysely, sql, SqliteDialect } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { ExchangeRow } from './exchange-row.js';
import type { LedgerDatabase } from './open-database.js';

/** What the rows of a report stand for. A `day` is a UTC day as `2026-01-31`; a `key` is a principal's id. */
export type UsageGroup = 'day' | 'backend' | 'model' | 'key' | 'none';

export interface UsageOptions {
  /** Only exchanges that began then or later, in milliseconds since the Unix epoch. */
  readonly sinceMs?: number;
  /** Only exchanges that began before that, in milliseconds since the Unix epoch. */
  readonly untilMs?: number;
  readonly groupBy: UsageGroup;
}

/** Tokens by class. */
export type UsageTokens = Omit<Usage, 'source'>;

/** What one group used. */
export interface UsageRow {
  /** The day, backend, model or key. Absent when nothing is grouped, or when no backend answered. */
  readonly group?: string;
  /** All exchanges, those that are counted apart below included. */
  readonly requests: number;
  /** Answered from the cache, also by expired answers that stood in for failing backends: those save nothing. */
  readonly hits: number;
  /** Shared a call that was under way. */
  readonly coalesced: number;
  readonly failures: number;
  readonly abandoned: number;
  /** Begun, but never recorded to the end: under way now, or their process died. */
  readonly unfinished: number;
  /** Sent upstream at a price nobody knows: what is missing from `cost`. */
  readonly unknownCosts: number;
  /** What providers counted (or we estimated). Hits and shared calls add nothing: nobody is billed for them. */
  readonly tokens: UsageTokens;
  /** One sum per currency, in the currency's alphabetical order. */
  readonly cost: readonly Money[];
  /** What hits and shared calls saved. */
  readonly saved: readonly Money[];
  /** What attempts are likely to have cost whose answers nobody got; not part of `cost`. */
  readonly wasted: readonly Money[];
}

type AsNumber<Value> = Value extends bigint ? number : Value;

type ExchangesTable = { readonly [Column in keyof ExchangeRow]: AsNumber<ExchangeRow[Column]> };

type TokenColumn = Extract<keyof ExchangesTable, `${string}_tokens`>;

const groupExpressions: Readonly<Record<UsageGroup, RawBuilder<string | null>>> = {
  day: sql`date(started_at_ms / 1000, 'unixepoch')`,
  backend: sql`backend`,
  model: sql`model`,
  key: sql`principal_id`,
  none: sql`NULL`,
};

const wentUpstream = sql<boolean>`cache IN ('miss', 'bypass')`;

const countWhere = (condition: RawBuilder<boolean>): RawBuilder<number> => sql`count(*) FILTER (WHERE ${condition})`;

const tokens = (column: TokenColumn): RawBuilder<number> =>
  sql`coalesce(sum(${sql.ref(column)}) FILTER (WHERE ${wentUpstream}), 0)`;

/** As text, because a JavaScript number is exact only up to nine million currency units. */
const money = (column: 'cost_nano' | 'saved_nano' | 'wasted_nano'): RawBuilder<string> =>
  sql`CAST(coalesce(sum(${sql.ref(column)}), 0) AS TEXT)`;

const query = (database: LedgerDatabase, { sinceMs, untilMs, groupBy }: UsageOptions) => {
  const exchanges = new Kysely<{ exchanges: ExchangesTable }>({ dialect: new SqliteDialect({ database }) });
  return exchanges
    .selectFrom('exchanges')
    .$if(sinceMs !== undefined, (select) => select.where('started_at_ms', '>=', Number(sinceMs)))
    .$if(untilMs !== undefined, (select) => select.where('started_at_ms', '<', Number(untilMs)))
    .select([
      groupExpressions[groupBy].as('group'),
      'cost_currency as costCurrency',
      'saved_currency as savedCurrency',
      'wasted_currency as wastedCurrency',
      sql<number>`count(*)`.as('requests'),
      countWhere(sql`cache IN ('hit', 'stale')`).as('hits'),
      countWhere(sql`cache = 'coalesced'`).as('coalesced'),
      countWhere(sql`outcome = 'failed'`).as('failures'),
      countWhere(sql`outcome = 'abandoned'`).as('abandoned'),
      countWhere(sql`outcome = 'open'`).as('unfinished'),
      countWhere(sql`cost_nano IS NULL AND usage_source IS NOT NULL AND ${wentUpstream}`).as('unknownCosts'),
      tokens('input_tokens').as('inputTokens'),
      tokens('cached_input_tokens').as('cachedInputTokens'),
      tokens('cache_write_tokens').as('cacheWriteTokens'),
      tokens('cache_write_1h_tokens').as('cacheWrite1hTokens'),
      tokens('output_tokens').as('outputTokens'),
      tokens('reasoning_tokens').as('reasoningTokens'),
      money('cost_nano').as('costNano'),
      money('saved_nano').as('savedNano'),
      money('wasted_nano').as('wastedNano'),
    ])
    .groupBy((select) => [
      groupExpressions[groupBy],
      select.ref('cost_currency'),
      select.ref('saved_currency'),
      select.ref('wasted_currency'),
    ])
    .orderBy('group')
    .execute();
};

type Slice = Awaited<ReturnType<typeof query>>[number];

const sum = (slices: readonly Slice[], of: (slice: Slice) => number): number =>
  slices.reduce((total, slice) => total + of(slice), 0);

const sumMoney = (
  slices: readonly Slice[],
  of: (slice: Slice) => { readonly nano: string; readonly currency: string | null },
): Money[] => {
  const totals = new Map<string, bigint>();
  for (const slice of slices) {
    const { nano, currency } = of(slice);
    if (currency !== null) totals.set(currency, (totals.get(currency) ?? 0n) + BigInt(nano));
  }
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, nano]) => ({ nano, currency }));
};

const toUsageRow = (group: string | null, slices: readonly Slice[]): UsageRow => ({
  ...(group !== null && { group }),
  requests: sum(slices, (slice) => slice.requests),
  hits: sum(slices, (slice) => slice.hits),
  coalesced: sum(slices, (slice) => slice.coalesced),
  failures: sum(slices, (slice) => slice.failures),
  abandoned: sum(slices, (slice) => slice.abandoned),
  unfinished: sum(slices, (slice) => slice.unfinished),
  unknownCosts: sum(slices, (slice) => slice.unknownCosts),
  tokens: {
    inputTokens: sum(slices, (slice) => slice.inputTokens),
    cachedInputTokens: sum(slices, (slice) => slice.cachedInputTokens),
    cacheWriteTokens: sum(slices, (slice) => slice.cacheWriteTokens),
    cacheWrite1hTokens: sum(slices, (slice) => slice.cacheWrite1hTokens),
    outputTokens: sum(slices, (slice) => slice.outputTokens),
    reasoningTokens: sum(slices, (slice) => slice.reasoningTokens),
  },
  cost: sumMoney(slices, ({ costNano, costCurrency }) => ({ nano: costNano, currency: costCurrency })),
  saved: sumMoney(slices, ({ savedNano, savedCurrency }) => ({ nano: savedNano, currency: savedCurrency })),
  wasted: sumMoney(slices, ({ wastedNano, wastedCurrency }) => ({ nano: wastedNano, currency: wastedCurrency })),
});

/** The usage report of `Ledger.usage`, its rows in the order of their groups. Empty when there is nothing on record. */
export async function reportUsage(database: LedgerDatabase, options: UsageOptions): Promise<readonly UsageRow[]> {
  const slices = new Map<string | null, Slice[]>();
  for (const slice of await query(database, options)) {
    const group = slices.get(slice.group);
    if (group === undefined) slices.set(slice.group, [slice]);
    else group.push(slice);
  }
  return [...slices].map(([group, ofGroup]) => toUsageRow(group, ofGroup));
}
