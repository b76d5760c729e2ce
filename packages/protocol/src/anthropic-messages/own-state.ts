import type { OpaqueState } from '@claudette/core';

import { noProof as noProofFor, readState } from '../opaque-state.js';

/** What stands where the dialect wants a proof and nobody gave one. */
export const noProof = (kind: OpaqueState['kind']): string => noProofFor('anthropic-messages', kind);

/** The state that a client sent back, its own provider's or another one's; undefined where there was none. */
export const decodeState = (text: string | undefined, kind: OpaqueState['kind']): OpaqueState | undefined =>
  readState(text ?? '', 'anthropic-messages', kind);
