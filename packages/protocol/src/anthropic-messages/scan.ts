import { toGatewayError } from '@claudette/core';
import type { Framing, Scanner } from '@claudette/core';

import { asBuffer } from '../as-buffer.js';
import { readObject } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { createReading } from '../scanner.js';
import type { Reading } from '../scanner.js';
import { parseFrames } from '../sse/frames.js';

import { checkReply, parseEvent } from './decode-events.js';
import { parseReply } from './decode-reply.js';
import { readReportedError, toReportedError } from './errors.js';
import { decodeStopReason } from './stop-reason.js';
import { decodeUsage, mergeUsage } from './usage.js';

/**
 * | event                 | content                              | else                                   |
 * |-----------------------|--------------------------------------|----------------------------------------|
 * | `message_start`       | when it brings blocks                | usage so far                           |
 * | `content_block_start` | text and thinking only if not empty  |                                        |
 * | `content_block_delta` | if it carries anything               |                                        |
 * | `message_delta`       | no                                   | usage, stop reason                     |
 * | `message_stop`        | the end without content commits too  | finished, closed                       |
 * | `error`               | no                                   | failure, closed                        |
 * | others, `ping`        | no                                   |                                        |
 */
interface Sighting {
  /** What the gateway reads; still being written to. */
  reading: Reading;
  /** As the provider gave it so far: a later event repeats only what changed. */
  usage: JsonObject | undefined;
  stopReason: unknown;
}

const seeUsage = (seen: Sighting, wire: unknown): void => {
  seen.usage = mergeUsage(seen.usage, wire);
  seen.reading.usage = seen.usage && decodeUsage(seen.usage);
};

const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== '';

const isContentStart = (block: JsonObject): boolean => {
  if (block['type'] === 'text') return isFilled(block['text']);
  if (block['type'] === 'thinking') return isFilled(block['thinking']) || isFilled(block['signature']);
  return true;
};

const deltaFields: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  input_json_delta: 'partial_json',
};

const isContentDelta = (delta: JsonObject): boolean => {
  const field = deltaFields[String(delta['type'])];
  return field === undefined || isFilled(delta[field]);
};

const seeMessage = (seen: Sighting, message: JsonObject): void => {
  seeUsage(seen, message['usage']);
  seen.stopReason = message['stop_reason'] ?? seen.stopReason;
  if (Array.isArray(message['content']) && message['content'].length > 0) seen.reading.committed = true;
};

const seeError = ({ reading }: Sighting, event: JsonObject): void => {
  reading.failure = toReportedError(readReportedError(event));
  reading.closed = true;
};

const seeEnd = ({ reading, stopReason }: Sighting): void => {
  reading.committed = reading.finished = reading.closed = true;
  reading.finishReason = typeof stopReason === 'string' ? (decodeStopReason(stopReason) ?? 'stop') : 'stop';
};

const seeEvent = (seen: Sighting, event: JsonObject): void => {
  switch (event['type']) {
    case 'message_start':
      return seeMessage(seen, readObject(event['message'], 'message'));
    case 'content_block_start':
      seen.reading.committed ||= isContentStart(readObject(event['content_block'], 'content_block'));
      return;
    case 'content_block_delta':
      seen.reading.committed ||= isContentDelta(readObject(event['delta'], 'delta'));
      return;
    case 'message_delta':
      seeUsage(seen, event['usage']);
      seen.stopReason = readObject(event['delta'] ?? {}, 'delta')['stop_reason'] ?? seen.stopReason;
      return;
    case 'message_stop':
      return seeEnd(seen);
    case 'error':
      return seeError(seen, event);
  }
};

const DELTA_EVENT = Buffer.from('event: content_block_delta\n');
/** Raw quotes cannot stand inside a JSON string, so text does not match. */
const MESSAGE_MARK = Buffer.from('"message_');
/** Also matches text about errors, which costs a look and no more; `event: error` has no quotes to go by. */
const ERROR_MARK = Buffer.from('error');
const FRAME_END = Buffer.from('\n\n');
const CLOSING_BRACE = 0x7d;

const isDelta = (bytes: Buffer, start: number): boolean => {
  for (let at = 0; at < DELTA_EVENT.length; at += 1) {
    if (bytes[start + at] !== DELTA_EVENT[at]) return false;
  }
  return true;
};

/**
 * Whether a frame is one that means nothing to the scanner once content was seen. Looks at its event's name, or else for
 * the words that matter; one that does not end as an object ends is worth a look too.
 */
const isPlain = (bytes: Buffer, start: number, end: number): boolean => {
  if (bytes[end - FRAME_END.length - 1] !== CLOSING_BRACE) return false;
  if (isDelta(bytes, start)) return true;
  const frame = bytes.subarray(start, end);
  return !frame.includes(MESSAGE_MARK) && !frame.includes(ERROR_MARK);
};

const seeFrames = (seen: Sighting, frames: Uint8Array): number => {
  const bytes = asBuffer(frames);
  let start = 0;
  while (start < bytes.length) {
    const last = bytes.indexOf(FRAME_END, start);
    const end = last < 0 ? bytes.length : last + FRAME_END.length;
    if (!seen.reading.committed || !isPlain(bytes, start, end)) {
      try {
        checkReply(() => parseFrames(bytes.subarray(start, end)).forEach((frame) => seeEvent(seen, parseEvent(frame))));
      } catch (thrown) {
        seen.reading.failure = toGatewayError(thrown);
        return start;
      }
      if (seen.reading.closed) return end;
    }
    start = end;
  }
  return bytes.length;
};

const seeBody = (seen: Sighting, body: Uint8Array): number => {
  try {
    checkReply(() => {
      const reply = parseReply(body);
      if (reply['type'] === 'error') seeError(seen, reply);
      else {
        seeMessage(seen, reply);
        seeEnd(seen);
      }
    });
    return body.length;
  } catch (thrown) {
    seen.reading.failure = toGatewayError(thrown);
    return 0;
  }
};

/** See `Codec.createScanner`. */
export function createScanner(framing: Framing): Scanner {
  const look = framing === 'sse' ? seeFrames : seeBody;
  // After the end, or a break, nothing is part of the reply any more.
  const reading = createReading((frames) => (reading.closed || reading.failure !== undefined ? 0 : look(seen, frames)));
  const seen: Sighting = { reading, usage: undefined, stopReason: undefined };
  return reading;
}
