import { mapReader } from '@claudette/core';
import type { Reply } from '@claudette/core';
import type { Codec } from '@claudette/protocol';

type Step = IteratorResult<Uint8Array, undefined>;

/** A stream without the frames that carry nothing but the usage that the client did not ask for. */
export function withoutUsage(reply: Reply, codec: Codec): Reply {
  const read = (frames: AsyncIterator<Uint8Array, undefined>): AsyncIterator<Uint8Array, undefined> => {
    const onStep = (step: Step): Step | Promise<Step> => {
      if (step.done === true) return step;
      const value = codec.withholdUsage(step.value);
      return value.length === 0 ? frames.next().then(onStep) : { done: false, value };
    };
    return {
      next: () => frames.next().then(onStep),
      return: () => frames.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    };
  };
  return { ...reply, bytes: mapReader(reply.bytes, read) };
}
