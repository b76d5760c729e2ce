import type { Loss } from '@claudette/core';

/** Losses as one line of text, with a semicolon between two of them and nowhere else. */
export const formatLosses = (losses: readonly Loss[]): string =>
  losses.map(({ path, reason }) => `${path}: ${reason}`.replaceAll(';', ',')).join('; ');
