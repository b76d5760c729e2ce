import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { createRemovals } from './removals.js';

const key = 'd1:claude/opus';
const tagged = anEntry({ label: { scope: { kind: 'key', id: 'k1' }, operation: 'generate', tags: ['docs'] } });

describe('an answer to a call', () => {
  it('was removed when the call started before', () => {
    const clock = createFakeClock();
    const removals = createRemovals(clock);
    const startedAt = clock.now();
    clock.advance(1);
    removals.add({ tag: 'docs' });
    expect([removals.meanCall(key, tagged, startedAt), removals.meanCall(key, tagged, clock.now())]).toEqual([
      true,
      false,
    ]);
  });

  it('was not removed when the filter means others', () => {
    const clock = createFakeClock();
    const removals = createRemovals(clock);
    clock.advance(1);
    removals.add({ tag: 'news' });
    expect(removals.meanCall(key, tagged, 0)).toBe(false);
  });

  it('counts as removed when the call started before a removal that is forgotten', () => {
    const clock = createFakeClock();
    const removals = createRemovals(clock);
    for (let index = 0; index < 257; index += 1) {
      clock.advance(1);
      removals.add({ tag: `tag ${index}` });
    }
    expect([removals.meanCall(key, tagged, 0), removals.meanCall(key, tagged, 1)]).toEqual([true, false]);
  });

  it('is judged by the latest of equal removals, which count as one', () => {
    const clock = createFakeClock();
    const removals = createRemovals(clock);
    for (let index = 0; index < 1_000; index += 1) {
      clock.advance(1);
      removals.add({ tag: 'docs' });
    }
    expect([removals.meanCall(key, tagged, 999), removals.meanCall(key, anEntry(), 0)]).toEqual([true, false]);
  });
});

describe('a stored answer', () => {
  it('was removed when it was stored before', () => {
    const clock = createFakeClock();
    const removals = createRemovals(clock);
    clock.advance(1_000);
    removals.add({ minAgeMs: 500 });
    const storedAt = (ms: number): boolean => removals.meanStored(key, anEntry({ storedAtMs: startMs + ms }));
    expect([storedAt(500), storedAt(501), storedAt(1_001)]).toEqual([true, false, false]);
  });
});
