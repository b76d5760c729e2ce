import type { Target } from '@claudette/core';

/** What is remembered of targets, by backend and model. Looking something up makes no name, which would be most of its cost. */
export interface TargetMap<T> {
  get(target: Pick<Target, 'backend' | 'model'>): T | undefined;
  /** Remembers a value for a target that has none; forgets the oldest when there are too many. */
  add(target: Pick<Target, 'backend' | 'model'>, value: T): void;
}

/** Creates an empty map of at most `maxTargets` targets: clients can name models freely. */
export function createTargetMap<T>(maxTargets: number): TargetMap<T> {
  const backends = new Map<string, Map<string, T>>();
  const oldestFirst: { readonly models: Map<string, T>; readonly model: string }[] = [];

  const modelsOf = (backend: string): Map<string, T> => {
    const known = backends.get(backend);
    if (known !== undefined) return known;
    const models = new Map<string, T>();
    backends.set(backend, models);
    return models;
  };

  return {
    get: ({ backend, model }) => backends.get(backend)?.get(model),
    add({ backend, model }, value) {
      const models = modelsOf(backend);
      models.set(model, value);
      oldestFirst.push({ models, model });
      if (oldestFirst.length <= maxTargets) return;
      for (const oldest of oldestFirst.splice(0, 1)) oldest.models.delete(oldest.model);
    },
  };
}
