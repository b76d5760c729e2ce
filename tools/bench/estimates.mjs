/**
 * npm run bench:estimates: how far the estimates of tokens, cost and latency are off over a trace, by tenths of it. Draws
 * from the usage of recorded answers in CLAUDETTE_REPLAY_DIR or ../shared where there are any, and always replays a
 * seeded synthetic trace too.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { loadSources } from './load-sources.mjs';
import { readRecordedUsage } from './estimates/recorded-usage.mjs';

const root = new URL('../../', import.meta.url).pathname;
const SEED = 1;
const EXCHANGES = 400;

const percent = (share) => `${Math.round(100 * share)} %`.padStart(9);

const print = (title, errors) => {
  console.log(`\n${title}`);
  console.log('tenth    tokens     cost  latency');
  errors.forEach(({ tokens, cost, latency }, index) => {
    console.log(`${String(index + 1).padStart(5)}${percent(tokens)}${percent(cost)}${percent(latency)}`);
  });
};

const { createRecordedTrace, createSyntheticTrace, replayTrace } = await loadSources(
  "export * from './packages/routing/src/__fixtures__/exchange-trace.js'",
);
console.log('The mean difference as a share of the greater of the two; what was not predicted at all counts as 100 %.');
print(`A synthetic trace of ${EXCHANGES} exchanges, seed ${SEED}`, replayTrace(createSyntheticTrace(SEED, EXCHANGES)));

const folder = join(process.env.CLAUDETTE_REPLAY_DIR ?? join(root, '../shared'), 'recordings/vercel-ai');
if (existsSync(folder)) {
  const recorded = readRecordedUsage(folder);
  print(
    `${EXCHANGES} exchanges drawn from the usage of ${recorded.length} recorded answers, seed ${SEED}; sizes and times are made up`,
    replayTrace(createRecordedTrace(recorded, SEED, EXCHANGES)),
  );
} else console.log('\nThere are no recordings: set CLAUDETTE_REPLAY_DIR to replay what recorded answers used.');
