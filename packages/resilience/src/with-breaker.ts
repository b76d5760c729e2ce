import { targetName } from '@claudette/core';
import type { Interceptor, Target } from '@claudette/core';

import { createCircuitBreaker } from './circuit-breaker.js';
import type { BreakerOptions, CircuitBreaker, CircuitSnapshot } from './circuit-breaker.js';

/** The circuits of all targets. They outlive a change of configuration: keep one set per process. */
export interface Breakers {
  /** Refuses calls to a target whose circuit is open, with `circuit_open`. Calls without a target pass through. */
  readonly withBreaker: Interceptor;
  /** One snapshot for each target that was called so far. */
  states(): readonly CircuitSnapshot[];
  /** Opens a target's circuit as if it had tripped; false when the target was never called. */
  forceOpen(target: string): boolean;
  /** Closes a target's circuit; false when the target was never called. */
  forceClose(target: string): boolean;
  /** Ends all timers. Calls that come afterwards are refused. */
  shutdown(): void;
}

/**
 * A circuit breaker per target, made when the target is first called. A call counts when its reply's outcome settles, and
 * only failures that are the target's fault count against it.
 */
export function createBreakers(options: BreakerOptions): Breakers {
  const circuits = new Map<string, CircuitBreaker>();

  const circuitOf = (target: Target): CircuitBreaker => {
    const name = targetName(target);
    let circuit = circuits.get(name);
    if (circuit === undefined) {
      circuit = createCircuitBreaker(target, options);
      circuits.set(name, circuit);
    }
    return circuit;
  };

  const force = (name: string, change: (circuit: CircuitBreaker) => void): boolean => {
    const circuit = circuits.get(name);
    if (circuit === undefined) return false;
    change(circuit);
    return true;
  };

  return {
    withBreaker: (next) => (call) =>
      call.target === undefined ? next(call) : circuitOf(call.target).run(() => next(call)),
    states: () => [...circuits.values()].map((circuit) => circuit.snapshot()),
    forceOpen: (target) => force(target, (circuit) => circuit.forceOpen()),
    forceClose: (target) => force(target, (circuit) => circuit.forceClose()),
    shutdown() {
      for (const circuit of circuits.values()) circuit.shutdown();
    },
  };
}
