import type { DialectId } from '@claudette/core';

/** Who asks, and whose backend answers. */
export interface Pair {
  readonly client: DialectId;
  readonly backend: DialectId;
}
