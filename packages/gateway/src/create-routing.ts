import type { Clock, Target } from '@claudette/core';
import type { Breakers, KeyRing, RateLimits } from '@claudette/resilience';
import type { Availability, Catalog, Estimator, Planner, RoutingOptions, TargetStatistics } from '@claudette/routing';
import { createCatalog, createPlanner } from '@claudette/routing';

import type { Backend } from './backend.js';
import { createCapabilities } from './capabilities.js';
import type { Config } from './config/schema.js';
import type { HealthBoard } from './health/health-board.js';
import { findWire } from './upstream/wires.js';

export interface RoutingParts {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly backends: ReadonlyMap<string, Backend>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly statistics: TargetStatistics;
  readonly estimator: Estimator;
  readonly breakers: Breakers;
  readonly health: HealthBoard;
  readonly rateLimits: RateLimits;
  readonly keyRing: KeyRing;
  readonly inFlight: (target: Target) => number;
  readonly findLoss: NonNullable<RoutingOptions['findLoss']>;
  readonly isAllowed: NonNullable<RoutingOptions['isAllowed']>;
}

/** What the configuration's names stand for. */
export const createBackendCatalog = (backends: Iterable<Backend>, aliases: Config['aliases']): Catalog =>
  createCatalog({
    targets: [...backends].flatMap(({ targets, config: { priority } }) =>
      targets.map((target) => ({ target, priority })),
    ),
    aliases,
  });

const available: Availability = Object.freeze({ available: true });

/** The planner over everything that is known of the backends. */
export function createGatewayPlanner(parts: RoutingParts): Planner {
  const { config, catalog, backends, clock, random, statistics, estimator, inFlight, findLoss, isAllowed } = parts;
  const { breakers, health, rateLimits, keyRing } = parts;
  const { strategy, weights, fallback, affinity, hedge } = config.routing;

  const keysOf = ({ backend }: Target): readonly string[] => backends.get(backend)?.keys ?? [];

  return createPlanner({
    catalog,
    strategy,
    weights,
    fallback,
    affinity,
    clock,
    random,
    statistics,
    inFlight,
    isAllowed,
    estimate: estimator.estimate,
    capabilitiesOf: createCapabilities(backends),
    isAvailable(target, { inputTokens, outputTokens }) {
      const circuit = breakers.isAvailable(target);
      if (!circuit.available) return circuit;
      const reachable = health.isAvailable(target);
      if (!reachable.available) return reachable;
      const room = rateLimits.hasRoom(target, inputTokens + outputTokens);
      if (!room.available) return room;
      const keys = keysOf(target);
      return keys.length === 0 ? available : keyRing.hasFreeKey(target.backend, keys);
    },
    supports: (dialect, operation) => findWire(dialect, operation) !== undefined,
    findLoss,
    ...(hedge.enabled && { hedgeAfterPercentile: hedge.afterPercentile }),
  });
}
