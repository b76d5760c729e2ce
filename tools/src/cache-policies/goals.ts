import { budgetShares } from './compare.js';
import type { Comparison } from './compare.js';
import { policies } from './policies.js';
import { runTrace } from './policy.js';
import { loopTrace, repeatingTrace } from './traces.js';
import { footprintOf } from './trace.js';
import type { Trace } from './trace.js';

/** Something promised of our store. */
export interface Goal {
  readonly text: string;
  /** What was measured; a goal is reached at `least` or more. */
  readonly measured: number;
  readonly least: number;
}

/** Not 0 where one number is: a policy that saves nothing on a trace is no better than that on average. */
export const geometricMean = (numbers: readonly number[]): number =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Least shares and multiples for each budget. */
const wanted = [
  { share: budgetShares[0], ofLru: 1.5, ofBound: 0.65 },
  { share: budgetShares[1], ofLru: 1.4, ofBound: 0.78 },
  { share: budgetShares[2], ofLru: 1.2, ofBound: 0.9 },
] as const;

/** What comparisons of one budget say; LRU saves nothing in a loop, which is left out of the multiples of it. */
export function checkComparisons(all: readonly Comparison[]): readonly Goal[] {
  return wanted.flatMap(({ share, ofLru, ofBound }) => {
    const rows = all.filter(({ budgetShare }) => budgetShare === share);
    const unlooped = rows.filter(({ trace }) => trace !== loopTrace);
    const multiples = unlooped.map(({ ratios }) => ratios.ours.saved / ratios.LRU.saved);
    const ofGdsf = rows.map(({ ratios }) => ratios.ours.saved / ratios.GDSF.saved);
    const ofBest = rows.map(({ ratios, bound }) => ratios.ours.saved / bound);
    const hitsOver = mean(rows.map(({ ratios }) => ratios.ours.hits)) / mean(rows.map(({ ratios }) => ratios.LRU.hits));
    const worstHits = Math.min(...unlooped.map(({ ratios }) => ratios.ours.hits / ratios.LRU.hits));
    const goal = (text: string, measured: number, least: number): Goal => ({
      text: `${share * 100} %: ${text}`,
      measured,
      least,
    });
    return [
      goal("money saved over LRU's, geometric mean without the loop", geometricMean(multiples), ofLru),
      goal("money saved over GDSF's, geometric mean", geometricMean(ofGdsf), 0.98),
      goal("money saved over GDSF's, worst trace", Math.min(...ofGdsf), 0.97),
      goal('money saved over the bound, geometric mean', geometricMean(ofBest), ofBound),
      goal("hit ratio over LRU's, mean", hitsOver, 1),
      goal("hit ratio over LRU's, worst trace", worstHits, 0.9),
    ];
  });
}

/** The smallest budget with which our store has at least so many hits, to a hundredth; `atMost` must be enough. */
function findBudget(trace: Trace, hits: number, atMost: number): number {
  let tooSmall = 0;
  let enough = atMost;
  while (enough - tooSmall > atMost / 100) {
    const middle = Math.floor((tooSmall + enough) / 2);
    if (runTrace(trace, policies.ours(middle)).hits >= hits) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}

/** What is promised of agents that repeat themselves, with a fifth of the footprint. */
export function checkRepeating(traces: readonly Trace[]): readonly Goal[] {
  return traces
    .filter(({ name }) => name === repeatingTrace)
    .flatMap((trace) => {
      const maxBytes = Math.floor(footprintOf(trace) * 0.2);
      const { hits } = runTrace(trace, policies.ours(maxBytes));
      const naive = runTrace(trace, policies['evict-25%'](maxBytes));
      return [
        { text: '20 %: hit ratio on the repeating trace', measured: hits / trace.requests.length, least: 0.6 },
        {
          text: "20 %: memory spared on the repeating trace, for evict-25%'s hits",
          measured: 1 - findBudget(trace, naive.hits, maxBytes) / maxBytes,
          least: 0.2,
        },
      ];
    });
}
