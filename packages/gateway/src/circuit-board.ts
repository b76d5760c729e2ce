import type { Observation, Target } from '@claudette/core';
import { targetName } from '@claudette/core';

/** Which circuits are open now, read on every routing decision. Fed by observations; holds a few names. */
export interface CircuitBoard {
  observe(observation: Observation): void;
  isAvailable(target: Target): { readonly available: boolean; readonly reason?: string };
}

const available = Object.freeze({ available: true });

export function createCircuitBoard(): CircuitBoard {
  const open = new Map<string, string>();
  return {
    observe(observation) {
      if (observation.kind !== 'circuit') return;
      const name = targetName(observation.target);
      if (observation.state === 'open') open.set(name, `circuit open: ${observation.reason}`);
      else open.delete(name);
    },
    isAvailable(target) {
      if (open.size === 0) return available;
      const reason = open.get(targetName(target));
      return reason === undefined ? available : { available: false, reason };
    },
  };
}
