import type { OpaqueState } from '@claudette/core';

import { asBuffer } from '../as-buffer.js';
import { noProof, readState, sealState, writeState } from '../opaque-state.js';

const wrap = (sealed: string): string => Buffer.from(sealed).toString('base64');

/**
 * The text of a `thoughtSignature`. Google's clients for Python, Go and Java read it as bytes in base64 and refuse all
 * else, so that a state sealed for another dialect is written as base64 once more; Gemini's own signatures are that
 * already.
 */
export const writeSignature = (state: OpaqueState): string => {
  const text = writeState(state, 'gemini');
  return state.dialect === 'gemini' ? text : wrap(text);
};

/** The signature of a call that another provider made: Gemini refuses unsigned ones. */
export const unsigned = (): string => wrap(noProof('gemini', 'signature'));

/** What `writeSignature` wrote, in either alphabet of base64, or what Gemini wrote itself. */
export const readSignature = (text: string): OpaqueState | undefined => {
  const unwrapped = Buffer.from(text, 'base64').toString();
  const opened = readState(unwrapped, 'gemini', 'signature');
  const isOwn = unwrapped === '' || opened?.data === unwrapped;
  return isOwn ? readState(text, 'gemini', 'signature') : opened;
};

/** The field of an event that a signature becomes, if there is one. */
export const signedBy = (signature: string | undefined): { readonly state?: OpaqueState } => {
  const state = signature === undefined ? undefined : readSignature(signature);
  return state === undefined ? {} : { state };
};

/** How each wrapped state begins: six characters of the seal are eight of base64. */
const WRAPPED_MARK = Buffer.from(
  Buffer.from(sealState({ dialect: 'gemini', kind: 'signature', data: '' }).slice(0, 6)).toString('base64'),
);

/** Whether a client's bytes hold a state that `writeSignature` wrapped. `holdsSealedState` cannot see it. */
export const holdsWrappedState = (body: Uint8Array): boolean => asBuffer(body).includes(WRAPPED_MARK);
