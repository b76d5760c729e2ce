/**
 * npm run bench:recovery: how well a circuit comes back. Three breakers meet the same faults on virtual time:
 *
 * - this project's, as the gateway puts it together: breaker and key ring, with the defaults of its configuration
 * - a plain one: five failures in a row, 30 s open, one probe
 * - opossum alone, with its defaults
 *
 * The set-up is the same for all: one target and no other to turn to, requests in a Poisson stream (8 a second) from
 * fixed seeds, healthy answers after 0.4 to 1.2 s, an attempt given up after 30 s. A trace is 30 s of health, a fault, and
 * 75 s of health; recovery/fault-traces.mjs has the faults. Counted from the beginning of the fault:
 *
 * - failed: requests without an answer, refused ones included
 * - wasted: calls that were sent and failed
 * - recovery: from the end of the fault until the last request came that failed, in seconds
 *
 * Ratios are of means over all seeds; below 1 is better. Since all three can be 0, 1 is added to each count, and to each
 * recovery the time between two requests, the finest that can be seen. A trace's score is the geometric mean of its
 * three ratios. Exits with 1 when the promise is broken: 40 % better than both, as the geometric mean of all ratios, and
 * no trace worse.
 *
 *   npm run bench:recovery -- --seeds 11 --rate 20
 */
import { parseArgs } from 'node:util';

import { fixedTimeout, opossumAlone, ours } from './recovery/breakers.mjs';
import { drawTrace, traceNames } from './recovery/fault-traces.mjs';
import { loadSources } from './load-sources.mjs';
import { simulate } from './recovery/simulate.mjs';

const PROMISED_RATIO = 0.6;
const LIMIT_MS = 30_000;
/** The gateway's defaults. */
const limits = {
  failureRate: 0.5,
  volume: 5,
  windowCalls: 20,
  windowMs: 300_000,
  openMs: 30_000,
  halfOpenCalls: 5,
  successRate: 0.8,
  slowFirstContentMs: 15_000,
  slowCallRate: 0.8,
};

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '47' }, rate: { type: 'string', default: '8' } },
});
const seeds = Number(values.seeds);
const perSecond = Number(values.rate);

const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
const fixed = (number, digits = 2) => number.toFixed(digits);

const product = await loadSources(`
  export { createBreakers, createKeyRing } from '@claudette/resilience';
  export { UpstreamError } from '@claudette/core';`);
const contenders = {
  ours: (random) => ours({ product, limits, random }),
  'fixed timeout': fixedTimeout,
  opossum: opossumAlone,
};
const others = ['fixed timeout', 'opossum'];

/** What one breaker makes of one kind of fault, on average over the seeds. */
const measure = async (name, createBreaker) => {
  const sum = { requests: 0, failed: 0, wasted: 0, recoveryS: 0 };
  for (let seed = 0; seed < seeds; seed += 1) {
    const trace = drawTrace(name, seed, seeds, LIMIT_MS);
    const { UpstreamError } = product;
    const seen = await simulate({ createBreaker, trace, seed: seed * 10, perSecond, UpstreamError });
    sum.requests += seen.requests / seeds;
    sum.failed += seen.failed / seeds;
    sum.wasted += seen.wasted / seeds;
    sum.recoveryS += seen.recoveryMs / 1000 / seeds;
  }
  return sum;
};
const smoothing = { failed: 1, wasted: 1, recoveryS: 1 / perSecond };
const ratios = (one, other) =>
  Object.entries(smoothing).map(([what, added]) => (one[what] + added) / (other[what] + added));

// Nobody reads where the errors of virtual calls came from, and the traces take half of the time.
Error.stackTraceLimit = 0;
const startedAt = performance.now();
const figures = [];
const comparisons = [];
for (const trace of traceNames) {
  const seen = {};
  for (const [breaker, create] of Object.entries(contenders)) {
    seen[breaker] = await measure(trace, create);
    const { requests, failed, wasted, recoveryS } = seen[breaker];
    figures.push({
      trace,
      breaker,
      requests: Math.round(requests),
      failed: fixed(failed, 1),
      wasted: fixed(wasted, 1),
      'recovery s': fixed(recoveryS, 1),
    });
  }
  for (const against of others) comparisons.push({ trace, against, ratios: ratios(seen.ours, seen[against]) });
}

console.log(`figures per trace, means of ${seeds} seeds at ${perSecond} requests a second`);
console.table(figures);
console.log('ratios, ours to theirs');
console.table(
  comparisons.map(({ trace, against, ratios: [failed, wasted, recovery] }) => ({
    trace,
    against,
    failed: fixed(failed),
    wasted: fixed(wasted),
    recovery: fixed(recovery),
    score: fixed(geometricMean([failed, wasted, recovery])),
  })),
);

const broken = [];
for (const against of others) {
  const mine = comparisons.filter((comparison) => comparison.against === against);
  const total = geometricMean(mine.flatMap((comparison) => comparison.ratios));
  console.log(`against ${against}: ${fixed(total, 3)}, promised ${PROMISED_RATIO} at most`);
  if (total > PROMISED_RATIO) broken.push(`${fixed(total, 3)} against ${against}`);
  for (const { trace, ratios: three } of mine) {
    if (geometricMean(three) > 1) broken.push(`${trace} is worse than with ${against}`);
  }
}
console.log(`in ${fixed((performance.now() - startedAt) / 1000, 1)} s`);
if (broken.length > 0) {
  console.error(`The promise is broken: ${broken.join('; ')}`);
  process.exitCode = 1;
}
