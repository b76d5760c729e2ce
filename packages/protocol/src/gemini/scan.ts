import { GatewayError } from '@claudette/core';
import type { Framing, Scanner } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObjects, asText, parseReply } from '../json/parse-reply.js';
import { createBodyScanner, createStreamScanner, lookFor } from '../scanner.js';
import type { Reading, StreamReader } from '../scanner.js';
import { readReply } from './decode-reply.js';
import { decodeFinishReason, describeFault } from './finish-reason.js';
import { readProviderError, toInBandError } from './in-band-error.js';
import { isContent, readBlockReason, readParts } from './read-part.js';
import { readUsage } from './usage.js';

/**
 * What makes a frame worth parsing after the commit: another candidate, a call (it decides what `STOP` means), a finish
 * reason, a blocked prompt, an error. Every chunk has usage, so that it is read with the end. A quote inside a JSON string
 * is escaped, so that no such key can be met in what the model says.
 */
const notable = /"(?:index"\s*:\s*[1-9]|functionCall"|finishReason"\s*:\s*"|promptFeedback"|error"\s*:)/;

const isNotable = lookFor(notable);

interface Candidate {
  hasToolCalls: boolean;
  isFinished: boolean;
}

/**
 * What a chunk or body says; a body is the one chunk that says it all.
 *
 * | chunk                                | reading             |
 * |--------------------------------------|---------------------|
 * | content                              | committed           |
 * | finish reason of each candidate seen | committed, finished |
 * | `promptFeedback.blockReason`         | committed, finished |
 * | usage, with the end or behind it     | usage               |
 * | a fault in place of a finish reason  | failure, closed     |
 * | an error                             | failure, closed     |
 *
 * Nothing says that no chunk can follow, so that a stream closes when its connection does.
 */
const createChunkReader = (reading: Reading): ((chunk: JsonObject) => void) => {
  const candidates = new Map<unknown, Candidate>();

  const fail = (failure: GatewayError): void => {
    reading.failure = failure;
    reading.closed = true;
  };

  const seeFinish = (wire: JsonObject, index: unknown, candidate: Candidate): void => {
    const finish = asText(wire['finishReason']);
    if (finish === undefined) return;
    const reason = decodeFinishReason(finish, candidate.hasToolCalls);
    if (reason === undefined) {
      fail(new GatewayError('upstream_failed', describeFault(finish, wire)));
      return;
    }
    candidate.isFinished = true;
    if (index === 0) reading.finishReason = reason;
  };

  const seeCandidate = (wire: JsonObject): void => {
    const index = wire['index'] ?? 0;
    const candidate = candidates.get(index) ?? { hasToolCalls: false, isFinished: false };
    candidates.set(index, candidate);
    const parts = readParts(wire);
    if (parts.some(isContent)) reading.committed = true;
    if (parts.some(({ kind }) => kind === 'call')) candidate.hasToolCalls = true;
    seeFinish(wire, index, candidate);
  };

  return (chunk) => {
    const error = readProviderError(chunk);
    if (error !== undefined) {
      fail(toInBandError(error));
      return;
    }
    for (const wire of asObjects(chunk['candidates'])) seeCandidate(wire);
    if (reading.failure !== undefined) return;
    const isBlocked = readBlockReason(chunk) !== undefined && !reading.finished;
    if (isBlocked) reading.finishReason = 'content-filter';
    reading.finished ||= isBlocked || (candidates.size > 0 && [...candidates.values()].every((one) => one.isFinished));
    if (!reading.finished) return;
    reading.committed = true;
    reading.usage = readUsage(chunk) ?? reading.usage;
  };
};

const createStreamReader = (reading: Reading): StreamReader => {
  const seeChunk = createChunkReader(reading);
  return {
    isPlain: (frames) => reading.committed && !reading.finished && !isNotable(frames),
    see: ({ data }) => seeChunk(parseReply(data)),
  };
};

const createBodyReader = (reading: Reading): ((body: Uint8Array) => void) => {
  const seeChunk = createChunkReader(reading);
  return (body) => {
    seeChunk(readReply(body));
    if (reading.failure !== undefined) reading.committed = false;
  };
};

/** See `Codec.createScanner`. */
export const createScanner = (framing: Framing): Scanner =>
  framing === 'sse' ? createStreamScanner(createStreamReader) : createBodyScanner(createBodyReader);
