import { GatewayError } from '@claudette/core';
import type { Clock } from '@claudette/core';

import { createEntryTest, toFilteredFields } from '../entry/entry-filter.js';
import type { EntryFilter, FilteredFields } from '../entry/entry-filter.js';
import type { EntrySummary } from '../entry/entry-label.js';
import { toSummary } from '../entry/entry.js';
import type { Entry } from '../entry/entry.js';
import type { MemoryTier } from '../memory/memory-tier.js';
import type { SecondTier } from '../second-tier/second-tier.js';
import { peekInSteps } from './peek-in-steps.js';

/** Where an entry is. */
export type Tier = 'memory' | 'secondTier';

/** An entry as it is listed, and where it is. */
export interface ListedEntry extends EntrySummary {
  readonly tiers: readonly Tier[];
}

export interface EntryPage {
  readonly entries: readonly ListedEntry[];
  /** Where the next page begins. Absent: this is the last one. */
  readonly next: string | undefined;
}

export interface ListOptions {
  /** @default every entry */
  readonly filter?: EntryFilter | undefined;
  /** `next` of the page before. @default the first page */
  readonly cursor?: string | undefined;
  /** Most entries of the page, at least 1. @default 100 */
  readonly limit?: number | undefined;
}

/** Pages of the second tier that are looked through for one page of ours: a filter that means little would read them all. */
const MAX_STORE_PAGES = 16;

type IsMeant = (entry: FilteredFields, nowMs: number) => boolean;

/** A page of the second tier, and how many of it were passed. */
interface StorePlace {
  readonly tier: 'secondTier';
  readonly page: string | undefined;
  readonly passed: number;
}

/** Memory in the order of keys, then what only the second tier has. */
type Place = { readonly tier: 'memory'; readonly after: string } | StorePlace;

const inMemory = 'm';
const inStore = /^s(\d{1,9})(?::(.*))?$/s;

const formatPlace = (place: Place): string => {
  if (place.tier === 'memory') return `${inMemory}${place.after}`;
  return `s${place.passed}${place.page === undefined ? '' : `:${place.page}`}`;
};

const parsePlace = (cursor: string | undefined): Place => {
  if (cursor === undefined) return { tier: 'memory', after: '' };
  if (cursor.startsWith(inMemory)) return { tier: 'memory', after: cursor.slice(inMemory.length) };
  const [, passed, page] = inStore.exec(cursor) ?? [];
  if (passed !== undefined) return { tier: 'secondTier', page, passed: Number(passed) };
  throw new GatewayError('invalid_request', 'cursor must be what the page before gave as next');
};

/**
 * A page of what both tiers hold, each entry once. A page may be short, or even empty, and still not be the last one.
 * Entries that come, go or move meanwhile may be missed or come twice.
 *
 * @throws GatewayError `invalid_request` when the cursor is none of ours; whatever the second tier rejects with
 */
export async function listEntries(
  clock: Clock,
  memory: MemoryTier,
  secondTier: SecondTier | undefined,
  { filter = {}, cursor, limit = 100 }: ListOptions,
): Promise<EntryPage> {
  const isMeant = createEntryTest(filter);
  const entries: ListedEntry[] = [];
  let place: Place | undefined = parsePlace(cursor);
  if (place.tier === 'memory') {
    const found = firstInMemory(memory, isMeant, clock.epochMs(), place.after, limit);
    entries.push(...(await withTiers(found, secondTier)));
    const last = found[limit - 1];
    if (last !== undefined) return { entries, next: formatPlace({ tier: 'memory', after: last.key }) };
    place = { tier: 'secondTier', page: undefined, passed: 0 };
  }
  if (secondTier === undefined) return { entries, next: undefined };
  let next: StorePlace | undefined = place;
  for (let pages = 0; next !== undefined && pages < MAX_STORE_PAGES && entries.length < limit; pages += 1) {
    const listed = await secondTier.list(next.page);
    const nowMs = clock.epochMs();
    let at = next.passed;
    for (; at < listed.entries.length && entries.length < limit; at += 1) {
      const entry = listed.entries[at];
      if (entry === undefined || memory.peek(entry.key) !== undefined || !isMeant(entry, nowMs)) continue;
      entries.push(Object.assign({}, entry, { tiers: ['secondTier'] as const }));
    }
    next = toNextPlace(next, at, listed);
  }
  return { entries, next: next && formatPlace(next) };
}

/** Behind the first `at` entries of a page. */
const toNextPlace = (
  { page }: StorePlace,
  at: number,
  { entries, next }: Awaited<ReturnType<SecondTier['list']>>,
): StorePlace | undefined => {
  if (at < entries.length) return { tier: 'secondTier', page, passed: at };
  return next === undefined ? undefined : { tier: 'secondTier', page: next, passed: 0 };
};

/** The entries in memory with the smallest keys behind a key. */
function firstInMemory(
  memory: MemoryTier,
  isMeant: IsMeant,
  nowMs: number,
  after: string,
  limit: number,
): readonly EntrySummary[] {
  let found: [key: string, entry: Entry][] = [];
  let bound: string | undefined;
  const cut = (): void => {
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    found = found.slice(0, limit);
    if (found.length === limit) bound = found.at(-1)?.[0];
  };
  for (const [key, entry] of memory.walk()) {
    if (key <= after || (bound !== undefined && key > bound)) continue;
    if (!isMeant(toFilteredFields(key, entry), nowMs)) continue;
    found.push([key, entry]);
    // Sorting now and then what came is cheaper than sorting all.
    if (found.length >= 2 * limit) cut();
  }
  cut();
  return found.map(([key, entry]) => toSummary(key, entry));
}

async function withTiers(
  found: readonly EntrySummary[],
  secondTier: SecondTier | undefined,
): Promise<readonly ListedEntry[]> {
  const stored = new Set<string>();
  const keys = found.map(({ key }) => key);
  for await (const step of peekInSteps(keys, secondTier)) {
    for (const { key, entry } of step) if (entry !== undefined) stored.add(key);
  }
  return found.map((entry) =>
    Object.assign({}, entry, {
      tiers: stored.has(entry.key) ? (['memory', 'secondTier'] as const) : (['memory'] as const),
    }),
  );
}
