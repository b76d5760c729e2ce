import type { ByteSource } from '@claudette/core';
import type { Framer } from '@claudette/protocol';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** Chunks as they came from the socket, as whole frames. */
export function createFrameSource(chunks: ByteSource, framer: Framer): ByteSource {
  let ended = false;
  const onStep = (
    step: IteratorResult<Uint8Array, undefined>,
  ): IteratorResult<Uint8Array, undefined> | Promise<IteratorResult<Uint8Array, undefined>> => {
    if (step.done === true) {
      ended = true;
      const last = framer.end();
      return last.length === 0 ? end : { done: false, value: last };
    }
    const frames = framer.push(step.value);
    return frames.length === 0 ? next() : { done: false, value: frames };
  };
  const next = (): Promise<IteratorResult<Uint8Array, undefined>> =>
    ended ? Promise.resolve(end) : chunks.next().then(onStep);
  return { next, cancel: () => chunks.cancel(), finish: () => chunks.finish() };
}
