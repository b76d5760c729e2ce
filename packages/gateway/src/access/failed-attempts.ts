import type { Clock } from '@claudette/core';

/** Counts what goes wrong for each network address, so that nobody can try keys as fast as they like. */
export interface FailedAttempts {
  /**
   * Notes a failure.
   *
   * @returns how many milliseconds the address has to wait, or undefined while it has not used up its failures
   */
  add(address: string): number | undefined;
}

export interface FailedAttemptsOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Failures of one address in a minute. @default 10 */
  readonly maxPerMinute?: number;
  /** Addresses that are remembered; beyond it the one that failed first is forgotten. @default 10000 */
  readonly maxAddresses?: number;
}

interface Failures {
  readonly untilMs: number;
  count: number;
}

const WINDOW_MS = 60_000;

/** Who has one IPv6 address usually has 2^64 of them, which share their first four groups. */
function networkOf(address: string): string {
  const version4 = /(?:^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (version4 !== undefined) return version4;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  const filled = tail === undefined ? groups : [...groups, '0', '0', '0', '0'];
  return filled.slice(0, 4).join(':');
}

export function createFailedAttempts({
  clock,
  maxPerMinute = 10,
  maxAddresses = 10_000,
}: FailedAttemptsOptions): FailedAttempts {
  const failures = new Map<string, Failures>();

  const recall = (network: string, nowMs: number): Failures => {
    const known = failures.get(network);
    if (known !== undefined && nowMs < known.untilMs) return known;
    failures.delete(network);
    const [oldest] = failures.keys();
    if (oldest !== undefined && failures.size >= maxAddresses) failures.delete(oldest);
    const fresh = { untilMs: nowMs + WINDOW_MS, count: 0 };
    failures.set(network, fresh);
    return fresh;
  };

  return {
    add(address) {
      const nowMs = clock.now();
      const failed = recall(networkOf(address), nowMs);
      failed.count += 1;
      return failed.count > maxPerMinute ? failed.untilMs - nowMs : undefined;
    },
  };
}
