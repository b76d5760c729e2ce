import type { ChatEvent, Reply } from '@claudette/core';
import { toGatewayError } from '@claudette/core';
import type { Codec, ReplyContext } from '@claudette/protocol';
import { codecs } from '@claudette/protocol';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };
const nothing = new Uint8Array(0);

export interface TranslateOptions {
  readonly to: Codec;
  readonly context: ReplyContext;
}

/** Any reply as a stream of the client's dialect. Writes the closing frames only when the provider finished. */
export function translateStream(reply: Reply, { to, context }: TranslateOptions): AsyncIterator<Uint8Array, undefined> {
  const from = codecs[reply.dialect];
  const decoder = reply.framing === 'sse' ? from.createEventDecoder() : undefined;
  const encoder = to.createEventEncoder(context);
  const reader = reply.bytes[Symbol.asyncIterator]();
  let finished = false;
  let ended = false;

  const write = (event: ChatEvent): Uint8Array => {
    if (event.type === 'finish') finished = true;
    return encoder.push(event);
  };
  const translate = (frames: Uint8Array): Uint8Array => {
    try {
      const events = decoder ? decoder.push(frames) : from.decodeReply(frames);
      const [only] = events;
      if (only === undefined) return nothing;
      return events.length === 1 ? write(only) : Buffer.concat(events.map(write));
    } catch (thrown) {
      const error = toGatewayError(thrown);
      reply.cancel(error);
      throw error;
    }
  };

  return {
    async next() {
      while (!ended) {
        const step = await reader.next();
        if (step.done !== true) {
          const frames = translate(step.value);
          if (frames.length > 0) return { done: false, value: frames };
          continue;
        }
        ended = true;
        const last = finished ? encoder.end() : nothing;
        if (last.length > 0) return { done: false, value: last };
      }
      return end;
    },
    async return() {
      await reader.return?.();
      return end;
    },
  };
}
