import type { TargetStatistic } from '../learning/target-statistics.js';

/** What was learned longer ago says little about now. */
const FRESH_MS = 5 * 60_000;

/** How often a call is used to learn about a target. */
const SHARE = 0.05;

/** Whether what is known about a target was learned lately. */
export const isFresh = (statistic: TargetStatistic | undefined, nowMs: number): boolean =>
  statistic !== undefined && nowMs - statistic.lastAttemptAtMs <= FRESH_MS;

/** Now and then one of those that were not tried lately, otherwise undefined. `findUntried` is asked only then. */
export function explore<T>(findUntried: () => readonly T[], random: () => number): T | undefined {
  const drawn = random();
  if (drawn >= SHARE) return undefined;
  const untried = findUntried();
  return untried[Math.floor((drawn / SHARE) * untried.length)];
}
