import { describe, expect, it } from '@jest/globals';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { createEntryTest, toFilteredFields } from './entry-filter.js';
import type { EntryFilter } from './entry-filter.js';
import { toSummary } from './entry.js';

const key = 'd1:claude/opus';
const entry = anEntry({
  label: { scope: { kind: 'key', id: 'k1' }, operation: 'generate', tags: ['nightly', 'docs'] },
});
const nowMs = startMs + 10_000;

const isMeant = (filter: EntryFilter): boolean => createEntryTest(filter)(toFilteredFields(key, entry), nowMs);

describe('an entry', () => {
  it.each<[EntryFilter]>([
    [{}],
    [{ key: 'd1:*' }],
    [{ tag: 'docs' }],
    [{ operation: 'generate' }],
    [{ backend: 'claude' }],
    [{ model: 'opus' }],
    [{ scope: { kind: 'key' } }],
    [{ scope: { kind: 'key', id: 'k1' } }],
    [{ minAgeMs: 10_000 }],
    [{ key: '*opus', tag: 'nightly', operation: 'generate', backend: 'claude', model: 'opus', minAgeMs: 0 }],
  ])('is meant by %j', (filter) => {
    expect(isMeant(filter)).toBe(true);
  });

  it.each<[EntryFilter]>([
    [{ key: 'd2:*' }],
    [{ tag: 'doc' }],
    [{ operation: 'embed' }],
    [{ backend: 'opus' }],
    [{ model: 'claude' }],
    [{ scope: { kind: 'user' } }],
    [{ scope: { kind: 'user', id: 'k1' } }],
    [{ scope: { kind: 'key', id: 'k2' } }],
    [{ minAgeMs: 10_001 }],
    [{ tag: 'docs', model: 'haiku' }],
  ])('is not meant by %j', (filter) => {
    expect(isMeant(filter)).toBe(false);
  });

  it('is found by the same fields that its summary has', () => {
    expect(toSummary(key, entry)).toMatchObject({
      ...toFilteredFields(key, entry),
      target: { backend: 'claude', model: 'opus' },
    });
  });
});
