import type { OpaqueState } from '@claudette/core';

import { asBuffer } from '../as-buffer.js';
import { readState, sealState, writeState } from '../opaque-state.js';

/**
 * The text of a `thoughtSignature`. Google's clients for Python, Go and Java read it as bytes in base64 and refuse all
 * else, so that a state sealed for another dialect is written as base64 once more; Gemini's own signatures are that
 * already.
 */
export const writeSignature = (state: OpaqueState): string => {
  const text = writeState(state, 'gemini');
  return state.dialect === 'gemini' ? text : Buffer.from(text).toString('base64');
};

/** What `writeSignature` wrote, in either alphabet of base64, or what Gemini wrote itself. */
export const readSignature = (text: string): OpaqueState => {
  const unwrapped = Buffer.from(text, 'base64').toString();
  const opened = readState(unwrapped, 'gemini', 'signature');
  return opened.data === unwrapped ? readState(text, 'gemini', 'signature') : opened;
};

/** How each wrapped state begins: six characters of the seal are eight of base64. */
const WRAPPED_MARK = Buffer.from(
  Buffer.from(sealState({ dialect: 'gemini', kind: 'signature', data: '' }).slice(0, 6)).toString('base64'),
);

/** Whether a client's bytes hold a state that `writeSignature` wrapped. `holdsSealedState` cannot see it. */
export const holdsWrappedState = (body: Uint8Array): boolean => asBuffer(body).includes(WRAPPED_MARK);
