import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createKeyRing } from './key-ring.js';

const A = 'env:KEY_A';
const B = 'env:KEY_B';
const C = 'env:KEY_C';

const setUp = (random = 0.5) => {
  const clock = createFakeClock();
  const setting = { random };
  const ring = createKeyRing({ clock, random: () => setting.random });
  const take = (keys: readonly string[], times: number): string[] =>
    Array.from({ length: times }, () => ring.take('openai', keys));
  /** One rate limit after the other, each as soon as the rest after the one before is over; returns the rests. */
  const limitedRests = (times: number, fault = {}): number[] =>
    Array.from({ length: times }, () => {
      ring.cool('openai', A, fault);
      const restMs = ring.restMs('openai', [A]);
      clock.advance(restMs);
      return restMs;
    });
  return { clock, setting, ring, take, limitedRests };
};

describe('the keys of a backend', () => {
  it('take turns', () => {
    expect(setUp().take([A, B, C], 6)).toEqual([A, B, C, A, B, C]);
  });

  it('take turns apart from those of other backends', () => {
    const { ring } = setUp();
    expect([ring.take('one', [A, B]), ring.take('two', [A, B]), ring.take('one', [A, B])]).toEqual([A, A, B]);
  });

  it('share the turns of one that rests evenly', () => {
    const { ring, take } = setUp();
    ring.cool('openai', B, {});
    expect(take([A, B, C], 4)).toEqual([A, C, A, C]);
  });

  it('are handed out evenly, whichever of them rest', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 }),
        fc.nat(200),
        fc.infiniteStream(fc.boolean()),
        (keys, times, rests) => {
          const { ring, take } = setUp();
          const free = keys.filter((key, index) => {
            const isResting = index > 0 && rests.next().value;
            if (isResting) ring.cool('openai', key, { retryAfterMs: 60_000 });
            return !isResting;
          });
          const counts = new Map(free.map((key) => [key, 0]));
          for (const key of take(keys, times)) counts.set(key, (counts.get(key) ?? Number.NaN) + 1);
          const numbers = [...counts.values()];
          expect(Math.max(...numbers) - Math.min(...numbers)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('may become fewer', () => {
    const { take } = setUp();
    take([A, B, C], 2);
    expect(take([A], 2)).toEqual([A, A]);
  });

  it('are refused when all of them rest, with the time of the first', () => {
    const { ring, take, clock } = setUp();
    ring.cool('openai', A, { retryAfterMs: 30_000 });
    ring.cool('openai', B, { retryAfterMs: 12_500 });
    expect(() => take([A, B], 1)).toThrow(
      expect.objectContaining({
        code: 'backend_limit_reached',
        detail: 'openai: all 2 keys rest; free again in 13 s',
      }),
    );
    expect(ring.hasFreeKey('openai', [A, B])).toEqual({
      available: false,
      reason: 'all 2 keys rest; free again in 13 s',
    });
    clock.advance(12_500);
    expect(ring.hasFreeKey('openai', [A, B])).toEqual({ available: true });
    expect(take([A, B], 2)).toEqual([B, B]);
  });

  it('are said to be free without an allocation', () => {
    const { ring } = setUp();
    const unknown = ring.hasFreeKey('never seen', [A]);
    ring.cool('openai', A, {});
    expect(ring.hasFreeKey('openai', [A, B])).toBe(unknown);
    expect(ring.restMs('openai', [A, B])).toBe(0);
  });
});

describe('a single key', () => {
  it('rests after a rate limit too, and is handed out when its time is over', () => {
    const { ring, take, clock } = setUp();
    ring.cool('openai', A, { status: 429, retryAfterMs: 20_000 });
    expect(ring.hasFreeKey('openai', [A])).toEqual({
      available: false,
      reason: 'its key rests after a rate limit; free again in 20 s',
    });
    clock.advance(19_000);
    expect(() => take([A], 1)).toThrow('openai: its key rests after a rate limit; free again in 1 s');
    clock.advance(1_000);
    expect(take([A], 1)).toEqual([A]);
  });

  it('is there for a timer that fires a fraction of a millisecond early', () => {
    const { ring, take, clock } = setUp();
    ring.cool('openai', A, { retryAfterMs: 20_000 });
    clock.advance(19_999.4);
    expect(take([A], 1)).toEqual([A]);
  });

  it('does not rest after a refusal: nothing else could be tried', () => {
    const { ring, take } = setUp();
    ring.cool('openai', A, { status: 401 });
    expect(ring.hasFreeKey('openai', [A])).toEqual({ available: true });
    expect(take([A], 1)).toEqual([A]);
  });
});

describe('the rest after a rate limit', () => {
  it('doubles from one to the next, up to sixteen times the first', () => {
    expect(setUp(1).limitedRests(7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000]);
  });

  it('is at least half of its bound, so that it is never nothing', () => {
    expect(setUp(0).limitedRests(3)).toEqual([500, 1_000, 2_000]);
  });

  it('is as long as the backend asks for', () => {
    expect(setUp().limitedRests(1, { retryAfterMs: 45_000 })).toEqual([45_000]);
  });

  it('is longer than the backend asks for after several', () => {
    expect(setUp(1).limitedRests(3, { retryAfterMs: 1_500 })).toEqual([1_500, 2_000, 4_000]);
  });

  it('is nothing the first time when the backend says so', () => {
    expect(setUp().limitedRests(1, { retryAfterMs: 0 })).toEqual([0]);
  });

  it('is an hour at most', () => {
    expect(setUp().limitedRests(1, { retryAfterMs: 86_400_000 })).toEqual([3_600_000]);
  });

  it('does not grow by calls that were under way when it began', () => {
    const { ring, clock, limitedRests } = setUp(1);
    for (let call = 0; call < 50; call += 1) ring.cool('openai', A, {});
    expect(ring.restMs('openai', [A])).toBe(1_000);
    clock.advance(1_000);
    expect(limitedRests(1)).toEqual([2_000]);
  });

  it('is prolonged by a call that was under way and was asked to wait longer', () => {
    const { ring } = setUp(1);
    ring.cool('openai', A, {});
    ring.cool('openai', A, { retryAfterMs: 7_000 });
    ring.cool('openai', A, { retryAfterMs: 3_000 });
    expect(ring.restMs('openai', [A])).toBe(7_000);
  });

  it('begins anew after a success', () => {
    const { ring, limitedRests } = setUp(1);
    limitedRests(4);
    ring.succeeded('openai', A);
    expect(limitedRests(1)).toEqual([1_000]);
  });

  it('is not ended by the answer to a call from before it', () => {
    const { ring, clock, limitedRests } = setUp(1);
    ring.cool('openai', A, {});
    ring.succeeded('openai', A);
    expect(ring.restMs('openai', [A])).toBe(1_000);
    clock.advance(1_000);
    expect(limitedRests(1)).toEqual([2_000]);
  });
});

describe('a key that was refused', () => {
  it.each([400, 401, 402, 403])('rests for a minute when there is another one: HTTP %i', (status) => {
    const { ring, take, clock } = setUp();
    ring.cool('openai', A, { status });
    expect(take([A, B], 3)).toEqual([B, B, B]);
    clock.advance(60_000);
    expect(new Set(take([A, B], 2))).toEqual(new Set([A, B]));
  });

  it('rests even while the other one does', () => {
    const { ring, take } = setUp();
    ring.cool('openai', A, { status: 403 });
    ring.cool('openai', B, { retryAfterMs: 5_000 });
    expect(() => take([A, B], 1)).toThrow('all 2 keys rest; free again in 5 s');
  });

  it('is tried when all were refused, so that the client learns why', () => {
    const { ring, take } = setUp();
    for (const key of [A, B]) ring.cool('openai', key, { status: 401 });
    expect(take([A, B], 2)).toEqual([A, B]);
    ring.cool('openai', A, { retryAfterMs: 5_000 });
    expect(take([A, B], 2)).toEqual([B, B]);
  });

  it('is back as soon as it is answered', () => {
    const { ring, take } = setUp();
    ring.cool('openai', A, { status: 401 });
    ring.succeeded('openai', A);
    expect(take([A, B], 2)).toEqual([A, B]);
  });
});

describe('what a key ring remembers', () => {
  it('is nothing about a key without trouble', () => {
    const { ring } = setUp();
    ring.succeeded('never seen', A);
    ring.take('openai', [A]);
    ring.succeeded('openai', A);
    expect(ring.restMs('openai', [A])).toBe(0);
  });

  it('is bounded: the oldest of a thousand keys makes room', () => {
    const { ring } = setUp();
    for (let number = 0; number <= 1_000; number += 1) ring.cool('openai', `env:KEY_${number}`, {});
    expect([ring.restMs('openai', ['env:KEY_0']), ring.restMs('openai', ['env:KEY_1'])]).toEqual([0, 750]);
  });
});
