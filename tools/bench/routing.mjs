/**
 * npm run bench:routing: how well requests are routed, and what a decision costs.
 *
 * 10,000 requests of conversations on virtual time, the same ones (with the same dice for latency and failure) for whoever
 * chooses. A provider keeps a prompt for five minutes, in a cache of each backend's own. The planner, its statistics and its
 * estimator are the product's; they know what a gateway would have observed by then and nothing else.
 *
 * 1. Three backends of which each is best at something: cost and latency to first content with each strategy, beside random
 *    choice, plain round-robin, each backend alone, and two oracles. One knows every price, average latency, failure rate
 *    and the content of every cache; the other one sees the dice as well. Both are greedy. The objective is what the
 *    weighted strategy wants: cost and latency as shares of what the worst backend alone makes of them, and failed attempts,
 *    with the same weights.
 * 2. Three accounts for the same model: how much of what one cache for all would have held is found in the three caches, and
 *    how evenly they are loaded.
 * 3. Microseconds for one decision with ten candidates and everything switched on.
 */
import { measureDecision } from './routing/decision-cost.mjs';
import { loadSources } from './load-sources.mjs';

const REQUESTS = 10_000;
const SEED = 1;

const routing = await loadSources(`
  export * from './packages/routing/src/index.js';
  export * from './packages/routing/src/__fixtures__/routing-scenarios.js';`);
const failures = [];
const promise = (kept, text) => {
  console.log(`${kept ? 'kept  ' : 'BROKEN'}  ${text}`);
  if (!kept) failures.push(text);
};
const percent = (share) => `${(100 * share).toFixed(1)} %`;

console.log(`cheap, quick and middle backend, ${REQUESTS} requests`);
console.log('                          USD/1000   mean ms   p95 ms   failed   cached   objective   answered by each');
const compared = routing.compareStrategies(REQUESTS, SEED);
for (const { name, result, objective } of compared) {
  const columns = [
    (result.meanCostNano / 1e6).toFixed(3).padStart(10),
    result.meanMs.toFixed(0).padStart(10),
    result.p95Ms.toFixed(0).padStart(9),
    percent(result.failures).padStart(9),
    percent(result.cachedShare).padStart(9),
    objective.toFixed(3).padStart(12),
  ];
  console.log(`${name.padEnd(24)}${columns.join('')}   ${result.answered.join(' / ')}`);
}
const objectiveOf = (wanted) => compared.find(({ name }) => name === wanted).objective;
const ratio = objectiveOf('weighted') / objectiveOf('oracle of everything');
promise(ratio <= 1.15, `weighted is ${percent(ratio - 1)} above the oracle of everything (at most 15 %)`);

const picks = [
  ['cost', { cost: 0.8, latency: 0.1, availability: 0.1 }, 0],
  ['latency', { cost: 0.1, latency: 0.8, availability: 0.1 }, 1],
].map(([name, weights, best]) => {
  const answered = routing.countPicks(2000, SEED, weights);
  return { name, answered, isBest: answered[best] > 1000 };
});
for (const { name, answered, isBest } of picks) {
  promise(isBest, `a high weight of ${name} changes the picks: ${answered.join(' / ')} of 2000`);
}

console.log(`\nthree equal accounts with a prompt cache each, ${REQUESTS} requests`);
for (const [name, clients] of [
  ['20 people, 200 agents', { principals: 20, agents: 200 }],
  ['5 people, 8 agents', { principals: 5, agents: 8 }],
  ['1 person, 1 agent: all begin alike', { principals: 1, agents: 1 }],
]) {
  const { affinity, roundRobin } = routing.compareAffinity(REQUESTS, SEED, clients);
  promise(
    affinity.cachedShare >= 0.95 && roundRobin.cachedShare <= 0.4 && affinity.imbalance <= 1.25,
    `${name}: ${percent(affinity.cachedShare)} cached (round-robin ${percent(roundRobin.cachedShare)}), ` +
      `busiest ${affinity.imbalance.toFixed(2)} x the mean`,
  );
}

console.log('\none decision with ten candidates, a request of 60 kB, affinity, capabilities, limits and hedging');
const withAffinity = measureDecision(routing);
const without = measureDecision(routing, { affinity: false });
promise(withAffinity <= 15, `${withAffinity.toFixed(1)} us (at most 15); without affinity ${without.toFixed(1)} us`);

if (failures.length > 0) process.exitCode = 1;
