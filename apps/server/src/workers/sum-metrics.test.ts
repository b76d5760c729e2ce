import { describe, expect, it } from '@jest/globals';

import { startStack } from '../__fixtures__/start-stack.js';
import { gaugeRules, sumMetrics } from './sum-metrics.js';

const text = (name: string, type: string, ...samples: string[]): string =>
  `# HELP ${name} What it is\n# TYPE ${name} ${type}\n${samples.join('\n')}\n`;

const samplesOf = (summed: string): string[] =>
  summed.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the metrics of several processes', () => {
  it('add up counters, label by label', () => {
    const summed = sumMetrics([
      text('a_total', 'counter', 'a_total{b="one"} 1', 'a_total{b="two words"} 2'),
      text('a_total', 'counter', 'a_total{b="two words"} 40'),
    ]);
    expect(samplesOf(summed)).toEqual(['a_total{b="one"} 1', 'a_total{b="two words"} 42']);
  });

  it('add up histograms, bucket by bucket', () => {
    const one = text('t', 'histogram', 't_bucket{le="1"} 1', 't_bucket{le="+Inf"} 2', 't_sum 0.5', 't_count 2');
    expect(samplesOf(sumMetrics([one, one]))).toEqual([
      't_bucket{le="1"} 2',
      't_bucket{le="+Inf"} 4',
      't_sum 1',
      't_count 4',
    ]);
  });

  it.each([
    ['claudette_cache_entries', 12],
    ['claudette_pool_reuse_ratio', 6],
    ['claudette_backend_healthy', 4],
    ['claudette_circuit_state', 8],
  ])('take of the gauge %s what makes sense of it', (name, expected) => {
    const texts = [4, 8].map((value) => text(name, 'gauge', `${name} ${value}`));
    expect(samplesOf(sumMetrics(texts))).toEqual([`${name} ${expected}`]);
  });

  it('say once what each is', () => {
    const one = text('a_total', 'counter', 'a_total 1');
    expect(sumMetrics([one, one])).toBe(text('a_total', 'counter', 'a_total 2'));
  });

  it('keep what an ended process counted, but not what it was like', () => {
    const counted = text('a_total', 'counter', 'a_total 5');
    const was = text('claudette_cache_entries', 'gauge', 'claudette_cache_entries 7');
    const is = text('claudette_cache_entries', 'gauge', 'claudette_cache_entries 1');
    expect(samplesOf(sumMetrics([is, counted], [`${was}\n${counted}`]))).toEqual([
      'claudette_cache_entries 1',
      'a_total 10',
    ]);
  });

  it('of one process are its own', async () => {
    const stack = await startStack();
    const own = await (await fetch(`${stack.url}/metrics`)).text();
    await stack.close();
    expect(sumMetrics([own])).toBe(own);
  });

  it('have a rule for every gauge there is', async () => {
    const stack = await startStack();
    const own = await (await fetch(`${stack.url}/metrics`)).text();
    await stack.close();
    const gauges = [...own.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name = '']) => name);
    expect(gauges.filter((name) => gaugeRules[name] === undefined)).toEqual([]);
  });
});
