import { byPriority } from './strategy.js';
import type { StrategyRule } from './strategy.js';

/**
 * Of two candidates drawn at random the one with fewer attempts in flight; the others follow, the least busy first. Lower
 * priority numbers come first. Always taking the least busy one would send a burst to the target that has just answered.
 */
export const leastBusy: StrategyRule = {
  tierOf: byPriority,
  scoreOf: ({ inFlight }) => -inFlight,
  explores: false,
  // Peers are in order of score, so that the first one of a pair is the less busy.
  draw(peers, random) {
    const one = Math.floor(random() * peers.length);
    const step = 1 + Math.floor(random() * (peers.length - 1));
    return peers[Math.min(one, (one + step) % peers.length)];
  },
};
