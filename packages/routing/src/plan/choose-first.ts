import type { AffinityKind, Candidate } from '@claudette/core';

import { chooseByAffinity } from './affinity.js';
import type { AffinityKey } from './affinity-key.js';
import type { ConversationHomes } from './conversation-homes.js';
import { explore, isFresh } from './explore.js';
import type { PlannedCall, RoutingOptions } from './routing-options.js';
import type { Weights } from './score.js';
import type { StrategyRule } from './strategies/strategy.js';
import type { TurnBook } from './target-turns.js';

/** Who goes first though another candidate may have a higher score. */
export interface First {
  readonly candidate: Candidate;
  /** By what it was chosen, if for the conversation. */
  readonly affinity?: AffinityKind;
}

/** What a choice depends on besides the candidates. */
export interface ChoiceContext {
  readonly call: PlannedCall;
  readonly rule: StrategyRule;
  readonly weights: Weights;
  /** Absent when conversations do not matter. */
  readonly key: AffinityKey | undefined;
  readonly book: TurnBook;
  readonly homes: Pick<ConversationHomes, 'of'>;
  readonly options: RoutingOptions;
}

/**
 * One of the best candidate's peers, which are the available ones of its tier, where there is a reason to let it go first:
 * the strategy draws lots, it was not tried lately, or the conversation is at home there. Undefined: there is none.
 */
export function chooseFirst(candidates: readonly Candidate[], context: ChoiceContext): First | undefined {
  const { rule, options } = context;
  const peers = peersOf(candidates, rule);
  if (peers.length < 2) return undefined;
  if (rule.draw !== undefined) return toFirst(rule.draw(peers, options.random));
  return toFirst(findUntried(peers, context)) ?? findHome(peers, context);
}

const toFirst = (candidate: Candidate | undefined): First | undefined => candidate && { candidate };

/** In order of score, like the candidates. */
const peersOf = (candidates: readonly Candidate[], { tierOf }: StrategyRule): readonly Candidate[] => {
  let bestTier: number | undefined;
  const end = candidates.findIndex(
    ({ measures }) => !measures.available || tierOf(measures) !== (bestTier ??= tierOf(measures)),
  );
  return end === -1 ? candidates : candidates.slice(0, end);
};

const findUntried = (peers: readonly Candidate[], context: ChoiceContext): Candidate | undefined => {
  const { call, rule, options } = context;
  const { statistics, clock, random } = options;
  if (!rule.explores || call.context.pinnedBackend !== undefined) return undefined;
  const found = explore(() => {
    if (isUnderWay(context)) return [];
    const nowMs = clock.now();
    return peers.slice(1).filter(({ target }) => !isFresh(statistics.of(target, call.request.stream), nowMs));
  }, random);
  return found && { ...found, notes: ['explored: not tried lately'] };
};

/** A conversation that a provider's cache knows is not sent elsewhere to learn something: others begin all the time. */
const isUnderWay = ({ call, key, homes, options }: ChoiceContext): boolean => {
  if (key === undefined) return false;
  if (key.kind === 'session' && homes.of(key.own, options.clock.now()) !== undefined) return true;
  return call.request.messages.some(({ role }) => role === 'assistant');
};

const findHome = (peers: readonly Candidate[], context: ChoiceContext): First | undefined => {
  const { key, rule, weights, book, homes, options } = context;
  const [best] = peers;
  if (key === undefined || best === undefined || rule.conversations === undefined) return undefined;
  const { isAlike, isNear } = rule.conversations;
  const nowMs = options.clock.now();
  const last = homes.of(key.own, nowMs);
  const equals = peers.filter((each) => isAlike(each, best, weights));
  const near = last && peers.find((each) => each.target === last && isNear(each, best, weights));
  if (near !== undefined && !equals.includes(near)) return { candidate: near, affinity: key.kind };
  const candidate = equals.length < 2 ? undefined : chooseByAffinity(key, equals, last, book, nowMs);
  return candidate && { candidate, affinity: key.kind };
};
