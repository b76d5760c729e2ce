import type { Operation } from '@claudette/core';

import type { ScopeKind } from '../key/scope.js';
import type { EntryLabel, EntrySummary } from './entry-label.js';
import type { Entry } from './entry.js';
import { matchesPattern } from './key-pattern.js';

/** Which entries are meant: those that meet all that is said. An empty filter means every entry. */
export interface EntryFilter {
  /** A pattern over keys: `*` is any run of characters, `?` any one; everything else is itself. */
  readonly key?: string | undefined;
  /** One of the labels of the call that made it. */
  readonly tag?: string | undefined;
  readonly operation?: Operation | undefined;
  readonly backend?: string | undefined;
  readonly model?: string | undefined;
  /** A kind alone means everybody of that kind. */
  readonly scope?: { readonly kind: ScopeKind; readonly id?: string | undefined } | undefined;
  /** Stored at least this long ago. */
  readonly minAgeMs?: number | undefined;
}

/** What a filter looks at. */
export type FilteredFields = Pick<EntrySummary, keyof EntryLabel | 'key' | 'target' | 'storedAtMs'>;

/** A test for a filter. */
export function createEntryTest(filter: EntryFilter): (entry: FilteredFields, nowMs: number) => boolean {
  const { key, tag, operation, backend, model, scope, minAgeMs } = filter;
  return (entry, nowMs) =>
    (tag === undefined || entry.tags.includes(tag)) &&
    (operation === undefined || entry.operation === operation) &&
    (backend === undefined || entry.target.backend === backend) &&
    (model === undefined || entry.target.model === model) &&
    (scope === undefined || (entry.scope.kind === scope.kind && (scope.id ?? entry.scope.id) === entry.scope.id)) &&
    (minAgeMs === undefined || entry.storedAtMs <= nowMs - minAgeMs) &&
    (key === undefined || matchesPattern(key, entry.key));
}

/** What a filter looks at in an entry. Cheaper than its summary, because all of a cache may be looked at. */
export const toFilteredFields = (key: string, { label, target, storedAtMs }: Entry): FilteredFields => ({
  key,
  scope: label.scope,
  operation: label.operation,
  tags: label.tags,
  target,
  storedAtMs,
});
