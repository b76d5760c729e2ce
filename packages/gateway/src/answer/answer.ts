import type {
  Call,
  ChatEvent,
  Clock,
  Exchange,
  GatewayError,
  Loss,
  Money,
  Observe,
  Outcome,
  Reply,
} from '@claudette/core';
import { toGatewayError } from '@claudette/core';
import type { Codec } from '@claudette/protocol';
import { codecs } from '@claudette/protocol';

import { createExchangeId } from '../exchange-id.js';
import { decodeCall } from './client-request.js';
import type { ClientRequest } from './client-request.js';
import { recordRefusal } from './record-refusal.js';
import { readEvents } from './read-events.js';
import { responseHeaders } from './response-headers.js';
import { translateStream } from './translate-stream.js';

/** What a server sends back. */
export type ClientAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} & (
  | { readonly kind: 'whole'; readonly body: Uint8Array }
  /** Frames to be flushed as they come. Never reject: a fault after the commit is the dialect's error event. */
  | { readonly kind: 'stream'; readonly frames: AsyncIterator<Uint8Array, undefined> }
);

export interface AnswerOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly observe: Observe;
  /** Refuse lossy translations unless the client says otherwise. */
  readonly strict: boolean;
  /** What a finished reply cost; undefined where the price is unknown. */
  readonly costOf: (reply: Reply, outcome: Outcome) => Money | undefined;
}

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** An error as a whole answer in the client's dialect. */
export function errorAnswer(codec: Codec, error: GatewayError, id: string): ClientAnswer {
  const wire = codec.encodeError(error, id);
  return { kind: 'whole', status: wire.status, headers: { ...wire.headers, 'x-claudette-id': id }, body: wire.body };
}

/** The frames, with a fault among them written as the dialect's error event, behind the last whole frame. */
function tellFaults(
  frames: AsyncIterator<Uint8Array, undefined>,
  codec: Codec,
  id: string,
): AsyncIterator<Uint8Array, undefined> {
  let broken = false;
  return {
    next: () =>
      broken
        ? Promise.resolve(end)
        : frames.next().catch((thrown: unknown) => {
            broken = true;
            return { done: false as const, value: codec.encodeErrorEvent(toGatewayError(thrown), id) };
          }),
    return: () => frames.return?.() ?? Promise.resolve(end),
  };
}

/** Frames without those that carry nothing but the usage that the client did not ask for. */
function withoutUsage(
  frames: AsyncIterator<Uint8Array, undefined>,
  codec: Codec,
): AsyncIterator<Uint8Array, undefined> {
  const onStep = (
    step: IteratorResult<Uint8Array, undefined>,
  ): IteratorResult<Uint8Array, undefined> | Promise<IteratorResult<Uint8Array, undefined>> => {
    if (step.done === true) return step;
    const value = codec.withholdUsage(step.value);
    return value.length === 0 ? frames.next().then(onStep) : { done: false, value };
  };
  return {
    next: () => frames.next().then(onStep),
    return: () => frames.return?.() ?? Promise.resolve(end),
  };
}

/**
 * Answers a client in its own dialect: bytes and headers in, frames out. Knows no HTTP framework and never rejects;
 * whatever goes wrong is an answer too.
 */
export const createAnswer = ({ exchange, clock, observe, strict, costOf }: AnswerOptions) => {
  /** Same dialect and framing: the provider's bytes. Otherwise a translation. */
  const streamed = (reply: Reply, codec: Codec, streamUsage: boolean, id: string): ClientAnswer => {
    const sameBytes = reply.dialect === codec.id && reply.framing === 'sse';
    const createdAtSeconds = Math.floor(clock.epochMs() / 1000);
    const frames = sameBytes
      ? reply.bytes[Symbol.asyncIterator]()
      : translateStream(reply, { to: codec, context: { streamUsage, createdAtSeconds } });
    const headers = responseHeaders(id, reply, reply.losses, 'text/event-stream; charset=utf-8');
    headers['cache-control'] = 'no-cache';
    return {
      kind: 'stream',
      status: reply.status,
      headers,
      frames: tellFaults(sameBytes && !streamUsage ? withoutUsage(frames, codec) : frames, codec, id),
    };
  };

  const whole = async (reply: Reply, codec: Codec, id: string): Promise<ClientAnswer> => {
    let body: Uint8Array;
    let losses: readonly Loss[] = reply.losses;
    if (reply.dialect === codec.id && reply.framing === 'json') {
      const step = await reply.bytes[Symbol.asyncIterator]().next();
      body = step.done === true ? new Uint8Array(0) : step.value;
    } else {
      const events: ChatEvent[] = [];
      await readEvents(reply, (event) => events.push(event));
      const encoded = codec.encodeReply(events, {
        streamUsage: true,
        createdAtSeconds: Math.floor(clock.epochMs() / 1000),
      });
      body = encoded.body;
      losses = [...losses, ...encoded.losses];
    }
    const cost = costOf(reply, await reply.outcome);
    return {
      kind: 'whole',
      status: reply.status,
      headers: responseHeaders(id, reply, losses, 'application/json', cost),
      body,
    };
  };

  return async (request: ClientRequest): Promise<ClientAnswer> => {
    const codec = codecs[request.dialect];
    const id = createExchangeId();
    let call: Call;
    try {
      call = decodeCall(request, { id, observe, strict });
    } catch (thrown) {
      const error = toGatewayError(thrown);
      recordRefusal({ id, dialect: request.dialect, principal: request.principal, error, clock, observe });
      return errorAnswer(codec, error, id);
    }
    try {
      const reply = await exchange(call);
      return call.request.stream ? streamed(reply, codec, call.request.streamUsage, id) : await whole(reply, codec, id);
    } catch (thrown) {
      return errorAnswer(codec, toGatewayError(thrown), id);
    }
  };
};
