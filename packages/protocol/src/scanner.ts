import { toGatewayError } from '@claudette/core';
import type { Scanner } from '@claudette/core';

import { asBuffer } from './as-buffer.js';
import { parseFrames } from './sse/frames.js';
import type { SseEvent } from './sse/frames.js';
import { splitFrames } from './sse/split-frames.js';

/** A scanner that can still be written to. Plain fields: one is made for each reply. */
export type Reading = { -readonly [K in keyof Scanner]: Scanner[K] };

export const createReading = (see: Scanner['see']): Reading => ({
  see,
  committed: false,
  finished: false,
  closed: false,
  failure: undefined,
  usage: undefined,
  finishReason: undefined,
});

/** What a dialect knows of its streams. */
export interface StreamReader {
  /** Whether frames mean nothing at this point, so that they need not be parsed. */
  isPlain(frames: Buffer): boolean;
  /** Throws what keeps the frame from being part of the reply. */
  see(event: SseEvent): void;
}

const CLOSE_BRACE = 0x7d;

/**
 * A cheap look at frames: whether any could hold what the expression is after. Plain deltas are most of a stream. A
 * payload that does not end as an object is cut off, and so notable too.
 */
export const lookFor =
  (notable: RegExp) =>
  (frames: Buffer): boolean =>
    frames[frames.length - 3] !== CLOSE_BRACE || notable.test(frames.toString('latin1'));

/** A scanner of a stream whose end or break the reader writes into the reading. */
export const createStreamScanner = (createReader: (reading: Reading) => StreamReader): Scanner => {
  const see = (frames: Uint8Array): number => {
    if (reading.closed || reading.failure !== undefined) return 0;
    const bytes = asBuffer(frames);
    if (reader.isPlain(bytes)) return bytes.length;
    for (const { start, end } of splitFrames(bytes)) {
      const frame = bytes.subarray(start, end);
      if (reader.isPlain(frame)) continue;
      try {
        for (const event of parseFrames(frame)) reader.see(event);
      } catch (thrown) {
        reading.failure = toGatewayError(thrown);
        return start;
      }
      if (reading.closed) return end;
    }
    return bytes.length;
  };

  const reading = createReading(see);
  const reader = createReader(reading);
  return reading;
};

/** A scanner of a whole body, which is the reply or throws why it is none. */
export const createBodyScanner = (createReader: (reading: Reading) => (body: Uint8Array) => void): Scanner => {
  const see = (body: Uint8Array): number => {
    if (reading.closed) return 0;
    reading.closed = true;
    try {
      read(body);
    } catch (thrown) {
      reading.failure = toGatewayError(thrown);
    }
    return body.length;
  };

  const reading = createReading(see);
  const read = createReader(reading);
  return reading;
};
