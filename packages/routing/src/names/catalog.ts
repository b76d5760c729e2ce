import { targetName } from '@claudette/core';
import type { Target } from '@claudette/core';

/** A target as configured. */
export interface RoutableTarget {
  readonly target: Target;
  /** Lower is preferred; it outweighs every score. */
  readonly priority: number;
}

export interface CatalogOptions {
  /** In the order of the configuration, which settles ties. A target named twice counts once. */
  readonly targets: readonly RoutableTarget[];
  /** What each alias stands for: `backend/model` or bare model ids, the preferred one first. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
}

/** What can be asked for. Immutable: a new configuration is a new catalog. */
export interface Catalog {
  readonly targets: readonly RoutableTarget[];
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** The names of all backends, in the order of the configuration. */
  readonly backends: readonly string[];
  /** Every target whose backend lists the model. */
  listing(model: string): readonly RoutableTarget[];
  /** The model on one backend, listed or not. Undefined when there is no such backend. */
  onBackend(backend: string, model: string): RoutableTarget | undefined;
  /** What `backend/model`, if there is such a backend, or a bare model id stands for. */
  named(name: string): readonly RoutableTarget[];
  /** Entries of aliases that stand for nothing. */
  readonly unresolved: readonly { readonly alias: string; readonly entry: string }[];
}

/** Indexes targets and aliases by the names clients use. */
export function createCatalog({ targets, aliases }: CatalogOptions): Catalog {
  const byName = new Map<string, RoutableTarget>();
  const byModel = new Map<string, RoutableTarget[]>();
  const byBackend = new Map<string, RoutableTarget>();
  for (const entry of targets) {
    const { backend, model } = entry.target;
    const name = targetName(entry.target);
    if (byName.has(name)) continue;
    byName.set(name, entry);
    byModel.set(model, [...(byModel.get(model) ?? []), entry]);
    if (!byBackend.has(backend)) byBackend.set(backend, entry);
  }

  const listing: Catalog['listing'] = (model) => byModel.get(model) ?? [];

  const onBackend: Catalog['onBackend'] = (backend, model) => {
    const listed = byName.get(targetName({ backend, model }));
    if (listed !== undefined) return listed;
    const sibling = byBackend.get(backend);
    return sibling && { ...sibling, target: { ...sibling.target, model } };
  };

  const named: Catalog['named'] = (name) => {
    const slash = name.indexOf('/');
    const found = slash === -1 ? undefined : onBackend(name.slice(0, slash), name.slice(slash + 1));
    return found === undefined ? listing(name) : [found];
  };

  return {
    targets: [...byName.values()],
    aliases: new Map(Object.entries(aliases)),
    backends: [...byBackend.keys()],
    listing,
    onBackend,
    named,
    unresolved: Object.entries(aliases).flatMap(([alias, entries]) =>
      entries.filter((entry) => named(entry).length === 0).map((entry) => ({ alias, entry })),
    ),
  };
}
