import { targetName } from '@claudette/core';
import type { Breakers } from '@claudette/resilience';
import { isDeepStrictEqual } from 'node:util';

import type { Backend } from '../backend.js';
import type { HealthBoard } from '../health/health-board.js';

/** Who answers at a backend: what was learned of one does not hold for another. */
const identityOf = ({ provider, baseUrl, keys, config }: Backend): unknown => [
  provider.id,
  baseUrl,
  keys,
  config.dialect,
  config.headers,
];

/** Forgets what was learned of backends that are gone, or whose names stand for others from now on. */
export function forgetChanged(
  before: readonly Backend[],
  after: readonly Backend[],
  { health, breakers }: { readonly health: HealthBoard; readonly breakers: Pick<Breakers, 'reset'> },
): void {
  const now = new Map(after.map((backend) => [backend.name, identityOf(backend)]));
  for (const backend of before) {
    if (isDeepStrictEqual(now.get(backend.name), identityOf(backend))) continue;
    health.forget(backend.name);
    for (const target of backend.targets) breakers.reset(targetName(target));
  }
}
