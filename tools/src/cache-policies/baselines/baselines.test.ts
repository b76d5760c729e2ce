import { describe, expect, it } from '@jest/globals';

import type { EvictionPolicy } from '../policy.js';
import { createEvictQuarter } from './evict-quarter.js';
import { createGdsf } from './gdsf.js';
import { createLfu } from './lfu.js';
import { createLru } from './lru.js';
import { createS3Fifo } from './s3-fifo.js';
import { createSieve } from './sieve.js';
import { createWTinyLfu } from './w-tiny-lfu.js';

/** Asks for each key in turn: one byte and one worth each. Upper case for a hit, lower case for a miss. */
const ask = (policy: EvictionPolicy, keys: string): string =>
  [...keys].map((key) => (policy.access(key, 1, 1) ? key.toUpperCase() : key)).join('');

describe('LRU', () => {
  it('throws out what was not used for the longest time', () => {
    expect(ask(createLru(3), 'abcadab')).toBe('abcAdAb');
  });

  it('makes as much room as something large needs', () => {
    const policy = createLru(4);
    ask(policy, 'abcd');
    policy.access('large', 3, 1);
    expect(policy.bytes).toBe(4);
    expect(ask(policy, 'da')).toBe('Da');
  });
});

describe('evict-25%', () => {
  it('throws out the quarter that came first, however often it was used', () => {
    expect(ask(createEvictQuarter(8), 'abcdefghaaacib')).toBe('abcdefghAAACib');
  });
});

describe('LFU', () => {
  it('throws out what was used least often', () => {
    expect(ask(createLfu(3), 'aabbcdab')).toBe('aAbBcdAB');
  });

  it('throws out the older one of two that were used as often', () => {
    expect(ask(createLfu(2), 'abcba')).toBe('abcBa');
  });

  it('lets go in the end of what was popular once', () => {
    const policy = createLfu(2);
    ask(policy, 'aaaa');
    ask(policy, 'bcdefgh');
    expect(ask(policy, 'a')).toBe('a');
  });
});

describe('GDSF', () => {
  it('throws out what saves least for its size', () => {
    const policy = createGdsf(10);
    policy.access('cheap', 4, 4);
    policy.access('small and cheap', 1, 4);
    policy.access('dear', 5, 50);
    policy.access('new', 4, 40);
    expect(policy.access('small and cheap', 1, 4)).toBe(true);
    expect(policy.access('dear', 5, 50)).toBe(true);
    expect(policy.access('cheap', 4, 4)).toBe(false);
  });

  it('counts how often something was used', () => {
    const policy = createGdsf(2);
    policy.access('often', 1, 2);
    policy.access('often', 1, 2);
    policy.access('dearer', 1, 3);
    policy.access('new', 1, 1);
    expect(policy.access('often', 1, 2)).toBe(true);
  });

  it('lets go in the end of what was dear once', () => {
    const policy = createGdsf(2);
    policy.access('dear', 1, 5);
    ask(policy, 'abcdefgh');
    expect(policy.access('dear', 1, 5)).toBe(false);
  });
});

describe('SIEVE', () => {
  it('spares what was used since the hand passed, where it stands', () => {
    expect(ask(createSieve(3), 'abcadbca')).toBe('abcAdbcA');
  });

  it('goes on from where the hand stopped', () => {
    // The hand passes a and b, throws out c and stops at d; e is newer, so d leaves before a, which was not used again.
    expect(ask(createSieve(4), 'abcdabefab')).toBe('abcdABefAB');
  });
});

describe('S3-FIFO', () => {
  it('throws out of the small queue what was used once', () => {
    const policy = createS3Fifo(10);
    ask(policy, 'abcdefghijk');
    expect(ask(policy, 'k')).toBe('K');
    expect(policy.bytes).toBe(10);
  });

  it('keeps what was used more than once', () => {
    const policy = createS3Fifo(10);
    expect(ask(policy, 'aaabcdefghijklmnopqrsta')).toBe('aAAbcdefghijklmnopqrstA');
  });

  it('puts what comes back from the ghost queue into the main queue', () => {
    const policy = createS3Fifo(10);
    // k pushes out a; a comes back into the main queue, so the small one loses its next ones first.
    ask(policy, 'abcdefghijka');
    expect(ask(policy, 'lmnopqrsa')).toBe('lmnopqrsA');
  });

  it('forgets ghosts that left long ago', () => {
    const policy = createS3Fifo(10);
    ask(policy, 'abcdefghijklmnopqrstuvwxyz');
    ask(policy, 'a');
    expect(ask(policy, '0123456789a')).toBe('0123456789a');
  });
});

describe('W-TinyLFU', () => {
  it('lets nothing in that is asked for less often than what it would push out', () => {
    const policy = createWTinyLfu(4);
    ask(policy, 'aabbccdd');
    expect(ask(policy, 'xyzabc')).toBe('xyzABC');
  });

  it('lets in what is asked for more often', () => {
    const policy = createWTinyLfu(4);
    ask(policy, 'abcd');
    ask(policy, 'xxx');
    expect(ask(policy, 'x')).toBe('X');
  });

  it('weighs something large against all that it would push out', () => {
    const policy = createWTinyLfu(4);
    ask(policy, 'aabbcc');
    for (let use = 0; use < 3; use += 1) policy.access('large', 3, 1);
    expect(policy.access('large', 3, 1)).toBe(false);
  });
});

describe.each([
  ['LRU', createLru],
  ['evict-25%', createEvictQuarter],
  ['LFU', createLfu],
  ['GDSF', createGdsf],
  ['SIEVE', createSieve],
  ['S3-FIFO', createS3Fifo],
  ['W-TinyLFU', createWTinyLfu],
])('%s', (_, create) => {
  it('keeps nothing that is larger than its budget', () => {
    const policy = create(3);
    policy.access('small', 1, 1);
    expect(policy.access('large', 4, 1)).toBe(false);
    expect(policy.access('large', 4, 1)).toBe(false);
    expect(policy.bytes).toBeLessThanOrEqual(1);
  });

  it('hits whatever was asked for before as long as everything fits', () => {
    expect(ask(create(100), 'abcabc')).toBe('abcABC');
  });
});
