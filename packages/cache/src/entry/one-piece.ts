import { bytesOf } from '@claudette/core';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** Bytes that are all here, as a reply gives them: in one piece, to one reader. */
export function onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  let given = false;
  return bytesOf({
    next() {
      if (given) return Promise.resolve(end);
      given = true;
      return Promise.resolve({ done: false, value: bytes });
    },
    return() {
      given = true;
      return Promise.resolve(end);
    },
  });
}
