import type { Loss } from '@claudette/core';

/** What a translation could not carry, each thing once. */
export interface LossList {
  /** Does nothing for a path that is listed already. */
  add(path: string, reason: string): void;
  readonly all: readonly Loss[];
}

export const createLossList = (): LossList => {
  const all: Loss[] = [];
  const paths = new Set<string>();
  return {
    all,
    add(path, reason) {
      if (paths.has(path)) return;
      paths.add(path);
      all.push({ path, reason });
    },
  };
};
