import { bytesOf } from '@claudette/core';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** A reply's bytes that come in one piece, made (or refused) when they are read. */
export function wholeBytes(make: () => Promise<Uint8Array>): AsyncIterable<Uint8Array> {
  let taken = false;
  return bytesOf({
    next() {
      if (taken) return Promise.resolve(end);
      taken = true;
      return make().then((value) => ({ done: false, value }));
    },
    return() {
      taken = true;
      return Promise.resolve(end);
    },
  });
}
