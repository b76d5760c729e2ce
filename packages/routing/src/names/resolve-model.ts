import { GatewayError, targetName } from '@claudette/core';
import type { Plan, Target } from '@claudette/core';

import type { Catalog, RoutableTarget } from './catalog.js';
import { nearestNames } from './nearest-names.js';
import type { Weights } from '../plan/score.js';

/**
 * Model names that stand for any target, each with weights of its own. There is no measure of quality: `auto:best` is
 * the most dependable and quickest target, whatever it costs.
 */
export const presetWeights: ReadonlyMap<string, Weights> = new Map([
  ['auto:cheap', { cost: 0.8, latency: 0.1, availability: 0.1 }],
  ['auto:fast', { cost: 0.1, latency: 0.8, availability: 0.1 }],
  ['auto:best', { cost: 0, latency: 0.4, availability: 0.6 }],
]);

/** A target that a name stands for. */
export interface ResolvedTarget extends RoutableTarget {
  /** Which alias entry it comes from, counted from 1; 1 for every other kind of name. */
  readonly position: number;
}

/** What a model name stands for. */
export interface Resolution {
  /** Never empty; in the order of the alias, then of the configuration. */
  readonly targets: readonly ResolvedTarget[];
  /** Targets that the name stands for and the pin excludes. */
  readonly rejected: Plan['rejected'];
  /** Set by a preset; otherwise the configuration's weights hold. */
  readonly weights?: Weights;
}

/** Whether whoever asks may be told that there is such a target. */
export type IsVisible = (target: Target) => boolean;

/**
 * Finds the targets of a model name, in this order: an alias; `auto` or a preset; `backend/model`, when there is such a
 * backend (its model need not be listed and is passed on as it is); a bare model id, which may contain slashes. A pinned
 * backend is the only one to answer, and is given a bare id that it does not list as it is.
 * @param isVisible what errors may name. @default everything
 * @throws GatewayError `model_not_found` with the nearest names, `invalid_request` when the pinned backend does not
 * exist, `no_backend_available` when there are no targets at all
 */
export function resolveModel(
  catalog: Catalog,
  model: string,
  pinnedBackend?: string,
  isVisible: IsVisible = () => true,
): Resolution {
  if (catalog.targets.length === 0) throw new GatewayError('no_backend_available', 'none is configured');
  if (pinnedBackend !== undefined && !catalog.backends.includes(pinnedBackend)) {
    const known = new Set(
      catalog.targets
        .map(({ target }) => target)
        .filter(isVisible)
        .map(({ backend }) => backend),
    );
    const hint = known.size === 0 ? '' : `; there are: ${[...known].join(', ')}`;
    throw new GatewayError('invalid_request', `there is no backend "${pinnedBackend}" to pin${hint}`);
  }
  const named = findTargets(catalog, model, pinnedBackend);
  const targets = named.filter(({ target }) => pinnedBackend === undefined || target.backend === pinnedBackend);
  if (targets.length === 0) throw modelNotFound(catalog, model, pinnedBackend, isVisible);
  const weights = catalog.aliases.has(model) ? undefined : presetWeights.get(model);
  return {
    targets,
    rejected: named
      .filter((entry) => !targets.includes(entry))
      .map(({ target }) => ({ target, reason: `not the pinned backend ${pinnedBackend}` })),
    ...(weights && { weights }),
  };
}

const findTargets = (catalog: Catalog, model: string, pinnedBackend?: string): readonly ResolvedTarget[] => {
  const alias = catalog.aliases.get(model);
  if (alias !== undefined) return aliasTargets(catalog, alias);
  if (model === 'auto' || presetWeights.has(model)) return atOnePosition(catalog.targets);
  const found = catalog.named(model);
  if (pinnedBackend === undefined || namesBackend(catalog, model)) return atOnePosition(found);
  const others = found.filter(({ target }) => target.backend !== pinnedBackend);
  return atOnePosition([catalog.onBackend(pinnedBackend, model), ...others].filter((each) => each !== undefined));
};

const atOnePosition = (targets: readonly RoutableTarget[]): readonly ResolvedTarget[] =>
  targets.map((target) => ({ ...target, position: 1 }));

const aliasTargets = (catalog: Catalog, names: readonly string[]): readonly ResolvedTarget[] => {
  const found = new Map<string, ResolvedTarget>();
  names.forEach((name, index) => {
    for (const each of catalog.named(name)) {
      const key = targetName(each.target);
      if (!found.has(key)) found.set(key, { ...each, position: index + 1 });
    }
  });
  return [...found.values()];
};

const namesBackend = (catalog: Catalog, name: string): boolean =>
  name.includes('/') && catalog.backends.includes(name.slice(0, name.indexOf('/')));

const MAX_QUOTED_LENGTH = 200;

const modelNotFound = (
  catalog: Catalog,
  model: string,
  pinnedBackend: string | undefined,
  isVisible: IsVisible,
): GatewayError => {
  const quoted = `"${model.slice(0, MAX_QUOTED_LENGTH)}"`;
  if (pinnedBackend !== undefined) {
    return new GatewayError('model_not_found', `${quoted} on the pinned backend ${pinnedBackend}`);
  }
  const nearest = nearestNames(model, visibleNames(catalog, isVisible));
  return new GatewayError(
    'model_not_found',
    nearest.length === 0 ? quoted : `${quoted}; near it: ${nearest.join(', ')}`,
  );
};

const visibleNames = (catalog: Catalog, isVisible: IsVisible): readonly string[] => {
  const isSeen = ({ target }: RoutableTarget): boolean => isVisible(target);
  const targets = catalog.targets.filter(isSeen).map(({ target }) => target);
  return [
    ...[...catalog.aliases].filter(([, names]) => aliasTargets(catalog, names).some(isSeen)).map(([alias]) => alias),
    ...targets.map(({ model }) => model),
    ...targets.map(targetName),
    'auto',
    ...presetWeights.keys(),
  ];
};
