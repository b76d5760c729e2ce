import type { Loss } from '@claudette/core';

/** Losses as one line of text. */
export const formatLosses = (losses: readonly Loss[]): string =>
  losses.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
