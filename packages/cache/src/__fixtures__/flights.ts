import { GatewayError } from '@claudette/core';
import type { Reply } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { createFlight } from '../flight.js';
import type { CompleteFlight, Flight, FlightOptions } from '../flight.js';
import { aCall } from './calls.js';
import { createUpstream } from './upstream.js';

export const left = new GatewayError('client_aborted', 'gone');
export const never = (): AbortSignal => new AbortController().signal;

export const setUpFlight = (options: Partial<FlightOptions> = {}, framing: Reply['framing'] = 'sse') => {
  const clock = createFakeClock();
  const upstream = createUpstream({ framing });
  const ends: (CompleteFlight | undefined)[] = [];
  const flight = createFlight({
    call: (signal) => upstream.exchange(aCall({}, { signal })),
    clock,
    totalMs: 1_000,
    maxKeptBytes: 100,
    onEnd: (complete) => void ends.push(complete),
    ...options,
  });
  return { clock, upstream, ends, flight };
};

export const joinTwo = async (flight: Flight, say: () => void): Promise<[Reply, Reply]> => {
  const joined = [flight.join(never(), 'miss'), flight.join(never(), 'coalesced')] as const;
  say();
  return [await joined[0], await joined[1]];
};

export const readerOf = (reply: Reply) => reply.bytes[Symbol.asyncIterator]();
export const textOf = (step: IteratorResult<Uint8Array>): string => new TextDecoder().decode(step.value);

export const createUpstreamReply = (...chunks: readonly string[]): Promise<Reply> => {
  const upstream = createUpstream();
  const reply = upstream.exchange(aCall());
  upstream.last.say(...chunks);
  return reply;
};
