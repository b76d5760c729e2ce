import type { Loss } from '@claudette/core';

import type { Redact } from './redact-bytes.js';

/** Losses as one line of text, with a semicolon between two of them and nowhere else. */
export const formatLosses = (losses: readonly Loss[]): string =>
  losses.map(({ path, reason }) => `${path}: ${reason}`.replaceAll(';', ',')).join('; ');

/** Losses without secrets: their paths may be names of fields that a client has made up. */
export const redactLosses = (losses: readonly Loss[], redact: Redact): readonly Loss[] =>
  losses.length === 0 ? losses : losses.map(({ path, reason }) => ({ path: redact(path), reason: redact(reason) }));
