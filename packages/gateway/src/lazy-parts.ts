import type { Clock, LazyLoader } from '@claudette/core';
import { createLazyLoader } from '@claudette/core';

import { tokenizer } from './estimate/tokenizer.js';
import type { Tokenizer } from './estimate/tokenizer.js';

/** The heavy parts that a gateway loads on first use. */
export interface GatewayParts {
  readonly tokenizer: Tokenizer;
}

const IDLE_MS = 600_000;

/** Loads them, and lets go of what nobody has used for ten minutes. Whoever creates it closes it. */
export const createGatewayLoader = (clock: Clock): LazyLoader<GatewayParts> =>
  createLazyLoader<GatewayParts>({ tokenizer }, { clock, idleMs: IDLE_MS });
