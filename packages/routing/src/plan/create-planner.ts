import type { Candidate, Plan, Target } from '@claudette/core';

import { affinityKeyOf } from './affinity-key.js';
import { chooseFirst } from './choose-first.js';
import { createConversationHomes } from './conversation-homes.js';
import { rankCandidates } from './rank-candidates.js';
import { rememberResolutions } from '../names/remember-resolutions.js';
import type { Planner, RoutingOptions } from './routing-options.js';
import { screenTargets } from './screen-targets.js';
import { strategyRules } from './strategies/strategy-rules.js';
import { createTurnBook } from './target-turns.js';

export type { Capabilities } from './capabilities.js';
export type { Availability, PlannedCall, Planner, RoutingOptions } from './routing-options.js';
export { strategies } from './strategies/strategy.js';
export type { Strategy } from './strategies/strategy.js';

/**
 * Creates what decides where calls go. Of the targets that a name stands for, those that cannot serve the call are left
 * out; the strategy puts the others in order; then one of the best one's peers may go before it, because it was not tried
 * lately or because the conversation is at home there.
 */
export function createPlanner(options: RoutingOptions): Planner {
  const { catalog, fallback, clock, supports = () => true, isAllowed = () => true } = options;
  const resolve = rememberResolutions(catalog, supports, isAllowed);
  const book = createTurnBook(clock);
  const homes = createConversationHomes();
  const conversations = new WeakMap<Plan, number>();
  const turnsSince = (target: Target): number => book.turns - book.of(target).lastTurn;

  return {
    plan(call) {
      const spoken = resolve(call);
      // The weights of a preset would mean nothing to another strategy.
      const strategy = spoken.weights === undefined ? options.strategy : 'weighted';
      const weights = spoken.weights ?? options.weights;
      const rule = strategyRules[strategy];

      const { admitted, rejected } = screenTargets(call, spoken, options);
      const ranked = rankCandidates(admitted, { rule, weights, turnsSince, options });
      const key = options.affinity && rule.conversations !== undefined ? affinityKeyOf(call) : undefined;
      const first = chooseFirst(ranked, { call, rule, weights, key, book, homes, options });
      const ordered = first === undefined ? ranked : [first.candidate, ...ranked.filter(isNot(first.candidate))];
      const candidates = fallback ? ordered : ordered.slice(0, 1);
      const plan: Plan = {
        strategy,
        candidates,
        rejected: fallback ? rejected : [...rejected, ...ordered.slice(1).map(toRejected)],
        affinity: first?.affinity,
        hedgeAfterMs: hedgeAfterMs(candidates, call.request.stream, options),
      };
      if (key !== undefined) conversations.set(plan, key.own);
      return plan;
    },
    take(plan) {
      const [first] = plan.candidates;
      if (first === undefined) return;
      book.take(first.target);
      const conversation = conversations.get(plan);
      if (conversation !== undefined) homes.move(conversation, first.target, clock.now());
    },
  };
}

const isNot =
  ({ target }: Candidate) =>
  (other: Candidate): boolean =>
    other.target !== target;

const toRejected = ({ target }: Candidate): Plan['rejected'][number] => ({
  target,
  reason: 'fallback is switched off',
});

/** Undefined unless there is a second candidate to ask and the first one's usual latency is known. */
const hedgeAfterMs = (
  [first, second]: readonly Candidate[],
  stream: boolean,
  { hedgeAfterPercentile, statistics }: RoutingOptions,
): number | undefined => {
  if (hedgeAfterPercentile === undefined || first === undefined || second?.measures.available !== true)
    return undefined;
  return statistics.of(first.target, stream)?.percentile(hedgeAfterPercentile / 100);
};
