import type { OpaqueState } from '@claudette/core';

import { readState, sealState } from '../opaque-state.js';

/**
 * What stands where the dialect wants a proof and nobody gave one. It is sealed because the provider would refuse it: so
 * the client's bytes are known not to be for the provider as they are.
 */
export const noProof = (kind: OpaqueState['kind']): string =>
  sealState({ dialect: 'anthropic-messages', kind, data: '' });

/** The state that a client sent back, its own provider's or another one's; undefined where there was none. */
export const decodeState = (text: string | undefined, kind: OpaqueState['kind']): OpaqueState | undefined => {
  const state = readState(text ?? '', 'anthropic-messages', kind);
  return state.data === '' ? undefined : state;
};
