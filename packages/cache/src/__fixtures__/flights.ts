import { GatewayError } from '@claudette/core';
import type { CallSignal, Observation, Reply } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { createFlight } from '../flight/flight.js';
import type { CompleteFlight, Flight, FlightOptions, SharerContext } from '../flight/flight.js';
import { aCall } from './calls.js';
import { createUpstream } from './upstream.js';

export const left = new GatewayError('client_aborted', 'gone');
/** One who shares a flight and leaves when the signal aborts. */
export const sharer = (signal: CallSignal, id = 'x1'): SharerContext => ({ id, signal, observe: () => undefined });
/** One who stays. */
export const staying = (): SharerContext => sharer(new AbortController().signal);
/** The same, and it keeps what it is told of the call. */
export const listener = (signal: CallSignal, id: string): SharerContext & { readonly heard: Observation[] } => {
  const heard: Observation[] = [];
  return { id, signal, heard, observe: (observation) => void heard.push(observation) };
};

export const setUpFlight = (options: Partial<FlightOptions> = {}, framing: Reply['framing'] = 'sse') => {
  const clock = createFakeClock();
  const upstream = createUpstream({ framing });
  const ends: (CompleteFlight | undefined)[] = [];
  const flight = createFlight({
    call: (signal, observe) => upstream.exchange(aCall({}, { signal, observe })),
    clock,
    totalMs: 1_000,
    maxKeptBytes: 100,
    onEnd: (complete) => void ends.push(complete),
    ...options,
  });
  return { clock, upstream, ends, flight };
};

export const joinTwo = async (flight: Flight, say: () => void): Promise<[Reply, Reply]> => {
  const joined = [flight.join(staying()), flight.join(staying())] as const;
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
