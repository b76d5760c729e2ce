import type { Interceptor, Target } from '@claudette/core';

import { available } from '../limits/availability.js';
import type { Availability } from '../limits/availability.js';
import type { BreakerLimits, BreakerOptions } from './breaker-options.js';
import { createCircuitBreaker } from './circuit-breaker.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { Circuit } from './circuit.js';
import type { CircuitSnapshot } from './circuit-snapshot.js';

/** The circuits of all targets. They outlive a change of configuration: keep one set per process. */
export interface Breakers {
  /** Refuses calls to a target whose circuit is open, with `circuit_open`. Calls without a target pass through. */
  readonly withBreaker: Interceptor;
  /** One snapshot for each target that was called or opened by hand. */
  states(): readonly CircuitSnapshot[];
  /** Whether a call would be let through now: it would also when its turn is to be a probe. */
  isAvailable(target: Target): Availability;
  /** Opens a target's circuit by hand. It is not probed and stays open until it is closed or reset. */
  open(target: Target, reason: string): void;
  /** Closes a circuit by hand, with an empty window; it may open again. False when there is none of this name. */
  close(targetName: string): boolean;
  /** Closes a circuit and forgets everything about it. False when there is none of this name. */
  reset(targetName: string): boolean;
  /** Applies other limits; the circuits keep their states and what they have seen. */
  setLimits(limits: BreakerLimits): void;
  /** Ends all timers. Calls that come afterwards are refused. */
  shutdown(): void;
}

/** Clients name models as they please where a backend takes any: what nobody hears of any more makes room. */
const MAX_CIRCUITS_PER_BACKEND = 1_000;

/**
 * A circuit breaker per target, made when the target is first called. A call counts when its reply's outcome settles, and
 * only failures that are the target's fault count against it.
 */
export function createBreakers(options: BreakerOptions): Breakers {
  const byBackend = new Map<string, Map<string, CircuitBreaker>>();
  let limits: BreakerLimits = options;
  let ended = false;

  const create = (target: Target): CircuitBreaker => {
    const breaker = createCircuitBreaker(target, options, () => limits);
    if (ended) breaker.circuit.shutdown();
    let byModel = byBackend.get(target.backend);
    if (byModel === undefined) byBackend.set(target.backend, (byModel = new Map()));
    makeRoom(byModel);
    byModel.set(target.model, breaker);
    return breaker;
  };
  const find = ({ backend, model }: Target): CircuitBreaker | undefined => byBackend.get(backend)?.get(model);

  const all = (): CircuitBreaker[] => [...byBackend.values()].flatMap((byModel) => [...byModel.values()]);
  const change = (name: string, by: (breaker: CircuitBreaker) => void): boolean => {
    const named = all().filter(({ circuit }) => circuit.name === name);
    named.forEach(by);
    return named.length > 0;
  };

  return {
    withBreaker: (next) => (call) =>
      call.target === undefined ? next(call) : (find(call.target) ?? create(call.target)).run(call, next),
    states: () => all().map(({ circuit }) => circuit.snapshot()),
    isAvailable: (target) => find(target)?.circuit.isAvailable() ?? available,
    open: (target, reason) => (find(target) ?? create(target)).circuit.open(reason),
    close: (name) => change(name, ({ circuit }) => circuit.close()),
    reset: (name) => change(name, ({ circuit }) => circuit.reset()),
    setLimits: (changed) => void (limits = changed),
    shutdown() {
      ended = true;
      for (const { circuit } of all()) circuit.shutdown();
    },
  };
}

/** Drops the oldest circuit that may go; false when none may. */
const dropFirst = (byModel: Map<string, CircuitBreaker>, mayGo: (circuit: Circuit) => boolean): boolean => {
  for (const [model, { circuit }] of byModel) {
    if (!mayGo(circuit)) continue;
    circuit.shutdown();
    return byModel.delete(model);
  }
  return false;
};

/** One that is closed goes before those that keep calls away. */
const makeRoom = (byModel: Map<string, CircuitBreaker>): void => {
  if (byModel.size < MAX_CIRCUITS_PER_BACKEND) return;
  if (!dropFirst(byModel, ({ closed }) => closed)) dropFirst(byModel, () => true);
};
