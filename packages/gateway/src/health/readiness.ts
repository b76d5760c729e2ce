import type { Clock } from '@claudette/core';

import type { Backend } from '../backend.js';
import type { HealthBoard } from './health-board.js';
import type { HealthProbes } from './health-probes.js';

/** Whether a backend can be used. */
export interface BackendCheck {
  readonly backend: string;
  readonly ok: boolean;
  /** Why not; absent when ok. */
  readonly reason?: string;
}

export interface ReadinessOptions {
  readonly backends: readonly Backend[];
  readonly board: HealthBoard;
  readonly probes: HealthProbes;
  readonly clock: Clock;
}

/** How backends are, for orchestrators and people. */
export interface BackendReadiness {
  /**
   * How each backend is. One that was not heard of for ten seconds is asked. Where something is known already, the answer
   * is waited for no longer than half a second: an orchestrator that gives up after one would take a working gateway out.
   */
  current(): Promise<readonly BackendCheck[]>;
}

const FRESH_MS = 10_000;
const PATIENCE_MS = 500;

/** Tells what the board knows, after refreshing what it has known for too long. */
export function createBackendReadiness({ backends, board, probes, clock }: ReadinessOptions): BackendReadiness {
  const isKnown = ({ name }: Backend): boolean => board.state(name).healthy !== undefined;
  const isStale = ({ name }: Backend): boolean => {
    const { checkedAtMs } = board.state(name);
    return checkedAtMs === undefined || clock.now() - checkedAtMs > FRESH_MS;
  };

  const askPatiently = async (stale: readonly Backend[]): Promise<void> => {
    let stop: (() => void) | undefined;
    const patience = new Promise<void>((resolve) => (stop = clock.after(PATIENCE_MS, resolve)));
    await Promise.race([probes.ask(stale), patience]);
    stop?.();
  };

  const toCheck = ({ name }: Backend): BackendCheck => {
    const { healthy, reason } = board.state(name);
    return healthy === true ? { backend: name, ok: true } : { backend: name, ok: false, reason };
  };

  return {
    async current() {
      const stale = backends.filter(isStale);
      const known = stale.filter(isKnown);
      await Promise.all([
        probes.ask(stale.filter((backend) => !isKnown(backend))),
        ...(known.length > 0 ? [askPatiently(known)] : []),
      ]);
      return backends.map(toCheck);
    },
  };
}
