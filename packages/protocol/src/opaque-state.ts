import type { DialectId, OpaqueState } from '@claudette/core';
import { dialectIds } from '@claudette/core';

/** Begins what no provider writes. Letters, digits, `_` and `-` only: ids of tool calls may hold nothing else. */
const MARK = 'clst_';
const MARK_BYTES = Buffer.from(MARK);

/** Opaque state of one dialect as text that clients of another keep and send back as it is. */
export const sealState = (state: OpaqueState): string =>
  `${MARK}${Buffer.from(JSON.stringify([state.dialect, state.kind, state.data, state.id ?? null, state.text ?? null])).toString('base64url')}`;

const parseSealed = (sealed: string): OpaqueState | undefined => {
  try {
    const [from, kind, data, id, text] = JSON.parse(
      Buffer.from(sealed.slice(MARK.length), 'base64url').toString('utf8'),
    ) as unknown[];
    const dialect = dialectIds.find((known) => known === from);
    if (dialect === undefined || (kind !== 'signature' && kind !== 'encrypted') || typeof data !== 'string') {
      return undefined;
    }
    return {
      dialect,
      kind,
      data,
      ...(typeof id === 'string' && { id }),
      ...(typeof text === 'string' && { text }),
    };
  } catch {
    return undefined;
  }
};

/** The text that carries a state in `dialect`: as the provider wrote it where that is its own, sealed elsewhere. */
export const writeState = (state: OpaqueState, dialect: DialectId): string =>
  state.dialect === dialect ? state.data : sealState(state);

/**
 * What stands where a provider gives a proof and another one gave none. It is sealed, so that the bytes that a client
 * sends back are known not to be for the provider as they are.
 */
export const noProof = (dialect: DialectId, kind: OpaqueState['kind']): string =>
  sealState({ dialect, kind, data: '' });

/** What `writeState` wrote, or what the provider of `dialect` wrote itself; undefined for no proof and for no text. */
export const readState = (text: string, dialect: DialectId, kind: OpaqueState['kind']): OpaqueState | undefined => {
  const state = (text.startsWith(MARK) ? parseSealed(text) : undefined) ?? { dialect, kind, data: text };
  return state.data === '' ? undefined : state;
};

/** Between a tool call's own id and the state that it carries for clients that have no other place for it. */
const SEPARATOR = '__';

/** A tool call's id that brings its state back with the call's result. */
export const joinCallId = (id: string, state: OpaqueState | undefined): string =>
  state === undefined ? id : `${id}${SEPARATOR}${sealState(state)}`;

/** The parts of `joinCallId`. */
export function splitCallId(joined: string): { readonly id: string; readonly state?: OpaqueState } {
  const at = joined.lastIndexOf(SEPARATOR + MARK);
  if (at < 0) return { id: joined };
  const state = parseSealed(joined.slice(at + SEPARATOR.length));
  return state === undefined ? { id: joined } : { id: joined.slice(0, at), state };
}

/** Whether a client's bytes hold any sealed state. */
export const holdsSealedState = (body: Uint8Array): boolean =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(MARK_BYTES);
