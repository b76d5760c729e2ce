import type { ChatEvent, GatewayError, Loss, Outcome, Reply } from '@claudette/core';
import { mapReader, toGatewayError } from '@claudette/core';
import { codecs } from '@claudette/protocol';

import { replyRefused, restorerFor } from './translation.js';
import type { Translation } from './translation.js';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };
const nothing = new Uint8Array(0);

/**
 * Any reply as a stream of the client's dialect. The closing frames are written only when the provider finished. What the
 * dialect cannot carry is added to `losses` as it is found; the list is whole when the outcome is known, which is when
 * the last frame was translated, or when nobody waits for one any more.
 */
export function translateStream(reply: Reply, translation: Translation): Reply {
  const { to, request, context, strict, signal } = translation;
  const from = codecs[reply.dialect];
  const decoder = reply.framing === 'sse' ? from.createEventDecoder() : undefined;
  const encoder = to.createEventEncoder(context);
  const restore = restorerFor(request);
  const losses: Loss[] = [...reply.losses];
  let listed = 0;
  let finished = false;
  let ended = false;
  let reading = false;
  /** How the provider's own reply ended. */
  let upstream: Outcome | undefined;

  let settle: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
  const finish = (how: Outcome): void => {
    signal.removeEventListener('abort', leave);
    settle(how);
  };
  const leave = (): void => void reply.outcome.then(finish);

  const write = (event: ChatEvent): Uint8Array => {
    if (event.type === 'finish') finished = true;
    return encoder.push(event);
  };
  const writeAll = (events: readonly ChatEvent[]): Uint8Array => {
    const restored = restore === undefined ? events : events.flatMap(restore);
    const [only] = restored;
    if (only === undefined) return nothing;
    return restored.length === 1 ? write(only) : Buffer.concat(restored.map(write));
  };
  const listLosses = (): void => {
    if (encoder.losses.length === listed) return;
    const found = encoder.losses.slice(listed);
    listed = encoder.losses.length;
    losses.push(...found);
    if (strict) throw replyRefused(found);
  };
  const translate = (frames: Uint8Array): Uint8Array => {
    const written = writeAll(decoder ? decoder.push(frames) : from.decodeReply(frames));
    listLosses();
    return written;
  };
  const close = (): Uint8Array => {
    ended = true;
    const last = finished ? encoder.end() : nothing;
    listLosses();
    return last;
  };

  const fail = async (cause: GatewayError): Promise<void> => {
    ended = true;
    reply.cancel(cause);
    const how = await reply.outcome;
    finish(how.kind === 'failed' ? how : failedBy(cause, how));
  };

  void reply.outcome.then((how) => {
    upstream = how;
    if (how.kind !== 'complete' && !reading) finish(how);
  });
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });

  const read = (reader: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array, undefined> => ({
    async next() {
      while (!ended) {
        reading = true;
        try {
          const step = await reader.next();
          const value = step.done === true ? close() : translate(step.value);
          if (step.done === true) finish(await reply.outcome);
          else if (upstream !== undefined && upstream.kind !== 'complete') finish(upstream);
          if (value.length > 0) return { done: false, value };
        } catch (thrown) {
          const cause = toGatewayError(thrown);
          await fail(cause);
          throw cause;
        } finally {
          reading = false;
        }
      }
      return end;
    },
    async return() {
      await reader.return?.();
      finish(await reply.outcome);
      return end;
    },
  });
  return {
    ...reply,
    dialect: to.id,
    framing: 'sse',
    bytes: mapReader(reply.bytes, read),
    outcome,
    losses,
  };
}

/** The provider did its part, or was stopped in it by ourselves: it is the translation that failed. */
const failedBy = (cause: GatewayError, how: Outcome): Outcome => ({
  ...how,
  kind: cause.code === 'client_aborted' ? how.kind : 'failed',
  cause,
});
