import { describe, expect, it } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';

import { createDurationHistogram } from './duration-histogram.js';

const name = 'lab_seconds';
const help = 'How long it took';
const labels = ['backend', 'model'];
const buckets = [0.1, 1, 10];

function createOurs() {
  const registry = new Registry();
  return { registry, histogram: createDurationHistogram({ name, help, labels, buckets, registry }) };
}

describe('a histogram of durations', () => {
  it("shows what prom-client's own shows", async () => {
    const { registry, histogram } = createOurs();
    const peers = new Registry();
    const peer = new Histogram({ name, help, labelNames: labels, buckets, registers: [peers] });
    const seen: [number, string, string][] = [
      [0, 'a', 'm'],
      [0.1, 'a', 'm'],
      [0.1000001, 'b', 'say "m"\\\n'],
      [1, 'a', 'm'],
      [10, 'b', 'm'],
      [11, 'a', 'm'],
      [1e9, 'b', 'm'],
    ];
    for (const [seconds, backend, model] of seen) {
      histogram.observe(seconds, [backend, model]);
      peer.observe({ backend, model }, seconds);
    }
    expect(await registry.metrics()).toBe(await peers.metrics());
    expect(await registry.metrics()).toContain('lab_seconds_bucket{le="+Inf",backend="a",model="m"} 4\n');
  });

  it('forgets everything when its registry does', async () => {
    const { registry, histogram } = createOurs();
    const empty = await registry.metrics();
    histogram.observe(1, ['a', 'm']);
    registry.resetMetrics();
    expect(await registry.metrics()).toBe(empty);
  });
});
