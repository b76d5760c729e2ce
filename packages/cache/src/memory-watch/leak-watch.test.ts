import { describe, expect, it } from '@jest/globals';

import { createLeakWatch } from './leak-watch.js';
import type { LeakFinding, Suspects } from './leak-watch.js';

const MIB = 1024 * 1024;

/** What was left, in MiB, minute by minute: two collections in each, of which the second finds more garbage still alive. */
const run = (mebibytes: readonly number[], suspects: Suspects = {}, watch = createLeakWatch(suspects)) =>
  mebibytes
    .flatMap((left, minute) => [
      watch.see((left + 30) * MIB, minute * 60_000 * 1.1),
      watch.see(left * MIB, minute * 60_000 * 1.1 + 60_000),
    ])
    .filter((finding): finding is LeakFinding => finding !== undefined);

const rising = (windows: number, by = 6) => Array.from({ length: windows }, (_, index) => 50 + index * by);

describe('the leak watch', () => {
  it('finds growth along a line over five minutes with collections', () => {
    expect(run(rising(4))).toEqual([]);
    const [finding] = run(rising(5));
    expect(finding?.overMs).toBe(4 * 66_000);
    expect((finding?.bytesPerMinute ?? 0) / MIB).toBeCloseTo(6 / 1.1, 3);
  });

  it('warns once', () => {
    expect(run(rising(40))).toHaveLength(1);
  });

  it('warns again after the growth had stopped', () => {
    const flat = Array.from({ length: 20 }, () => 110);
    const again = Array.from({ length: 20 }, (_, index) => 110 + 8 * index);
    expect(run([...rising(10), ...flat, ...again])).toHaveLength(2);
  });

  it.each([
    ['is flat', Array.from({ length: 20 }, () => 60)],
    ['falls', rising(20).reverse()],
    ['rises too little to matter', rising(10, 0.1)],
    ['goes up and down', [50, 90, 55, 80, 45, 95, 60, 70, 50, 85]],
    ['came in one step', [50, 50, 50, 90, 90, 90, 90, 90]],
    ['flattens out, as after a start', [50, 70, 80, 85, 87, 88, 88, 88]],
  ])('finds nothing in what %s', (_, mebibytes) => {
    expect(run(mebibytes)).toEqual([]);
  });

  it('judges by the least of each minute', () => {
    const watch = createLeakWatch({});
    const findings = rising(10).map((left, minute) => {
      watch.see(50 * MIB, minute * 70_000);
      return watch.see(left * MIB, minute * 70_000 + 60_000);
    });
    expect(findings.every((finding) => finding === undefined)).toBe(true);
  });

  it('counts the suspects, the fastest growing first', () => {
    let streams = 0;
    const [finding] = run(rising(6), { sockets: () => 4, streams: () => (streams += 10) });
    expect(finding?.suspects).toEqual([
      { name: 'streams', count: 50, perMinute: expect.closeTo(9.09, 1) },
      { name: 'sockets', count: 4, perMinute: 0 },
    ]);
  });
});
