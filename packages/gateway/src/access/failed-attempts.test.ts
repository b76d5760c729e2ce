import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createFailedAttempts } from './failed-attempts.js';

const start = (options: { maxPerMinute?: number; maxAddresses?: number } = {}) => {
  const clock = createFakeClock();
  const failed = createFailedAttempts({ clock, ...options });
  const addMany = (address: string, times: number): (number | undefined)[] =>
    Array.from({ length: times }, () => failed.add(address));
  return { clock, failed, addMany };
};

describe('failed attempts', () => {
  it('are ten a minute before an address has to wait', () => {
    const waits = start().addMany('10.0.0.1', 11);
    expect([waits.slice(0, 10).every((wait) => wait === undefined), waits[10]]).toEqual([true, 60_000]);
  });

  it('are forgotten after their minute', () => {
    const { clock, failed, addMany } = start({ maxPerMinute: 1 });
    addMany('10.0.0.1', 2);
    clock.advance(59_999);
    const last = failed.add('10.0.0.1');
    clock.advance(1);
    expect([last, failed.add('10.0.0.1')]).toEqual([1, undefined]);
  });

  it.each([
    ['10.0.0.1', '10.0.0.2', false],
    ['10.0.0.1', '::ffff:10.0.0.1', true],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', true],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:db8::2', true],
    ['::1', '2001:db8::2', false],
  ])('of %s and %s come from one network: %s', (one, other, isSame) => {
    const { failed } = start({ maxPerMinute: 1 });
    failed.add(one);
    expect(failed.add(other) !== undefined).toBe(isSame);
  });

  it('of so many addresses are remembered and no more', () => {
    const { failed } = start({ maxPerMinute: 1, maxAddresses: 2 });
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) failed.add(address);
    expect([failed.add('10.0.0.3'), failed.add('10.0.0.2'), failed.add('10.0.0.1')]).toEqual([
      60_000,
      60_000,
      undefined,
    ]);
  });
});
