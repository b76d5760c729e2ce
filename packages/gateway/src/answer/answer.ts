import type {
  Call,
  Clock,
  DecisionRecord,
  Exchange,
  GatewayError,
  Money,
  Observe,
  Outcome,
  Reply,
} from '@claudette/core';
import { toGatewayError } from '@claudette/core';
import type { Codec } from '@claudette/protocol';
import { codecs, createJsonArrayWriter } from '@claudette/protocol';

import { createExchangeId } from '../exchange-id.js';
import { redactLosses } from '../format-losses.js';
import type { Redact } from '../redact-bytes.js';
import type { ClientAnswer } from './client-answer.js';
import { createClientFrames } from './client-frames.js';
import { decodeCall } from './client-request.js';
import type { ClientRequest } from './client-request.js';
import type { ErrorAnswers } from './error-answers.js';
import { toJsonArray } from './json-array-frames.js';
import { recordRefusal } from './record-refusal.js';
import { responseHeaders } from './response-headers.js';

export interface AnswerOptions {
  /** Gives clients their own dialect. */
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly observe: Observe;
  /** Takes what explains a request that never became a call. */
  readonly decide: (decision: DecisionRecord) => void;
  /** Refuse lossy translations unless the client says otherwise. */
  readonly strict: boolean;
  /** What a finished reply cost; undefined where the price is unknown. */
  readonly costOf: (reply: Reply, outcome: Outcome) => Money | undefined;
  /** Takes secrets out of what a translation lost. */
  readonly redact: Redact;
  readonly errors: ErrorAnswers;
}

/** What a client of the Gemini dialect gets that streams without asking for events. */
const JSON_TYPE = 'application/json; charset=utf-8';
const SSE_TYPE = 'text/event-stream; charset=utf-8';

/**
 * Answers a client in its own dialect: bytes and headers in, frames out. Knows no HTTP framework and never rejects;
 * whatever goes wrong is an answer too.
 */
export const createAnswer = ({ exchange, clock, observe, decide, strict, costOf, redact, errors }: AnswerOptions) => {
  const streamed = (reply: Reply, codec: Codec, request: ClientRequest, id: string): ClientAnswer => {
    const writer = request.framing === 'json-array' ? createJsonArrayWriter() : undefined;
    const headers = responseHeaders(
      id,
      reply,
      redactLosses(reply.losses, redact),
      writer === undefined ? SSE_TYPE : JSON_TYPE,
    );
    headers['cache-control'] ??= 'no-cache';
    const frames = reply.bytes[Symbol.asyncIterator]();
    const writeEvent = (error: GatewayError): Uint8Array => errors.event(codec, error, id);
    return {
      kind: 'stream',
      status: reply.status,
      headers,
      frames: createClientFrames(writer === undefined ? frames : toJsonArray(frames, writer, reply.outcome), {
        writeFault: writer === undefined ? writeEvent : (error) => writer.push(writeEvent(error)),
        // What is stored is all there, and an array has no place for what means nothing.
        heartbeat: reply.cache === 'hit' || writer !== undefined ? undefined : codec.heartbeat,
        clock,
        signal: request.controller.signal,
      }),
    };
  };

  const whole = async (reply: Reply, id: string): Promise<ClientAnswer> => {
    const step = await reply.bytes[Symbol.asyncIterator]().next();
    const cost = costOf(reply, await reply.outcome);
    return {
      kind: 'whole',
      status: reply.status,
      headers: responseHeaders(id, reply, redactLosses(reply.losses, redact), 'application/json', cost),
      body: step.done === true ? new Uint8Array(0) : step.value,
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
      const { dialect, operation, principal, body } = request;
      recordRefusal({ id, dialect, operation, requestBytes: body.length, principal, error, clock, observe, decide });
      return errors.whole(codec, error, id);
    }
    try {
      const reply = await exchange(call);
      return call.request.stream ? streamed(reply, codec, request, id) : await whole(reply, id);
    } catch (thrown) {
      return errors.whole(codec, toGatewayError(thrown), id);
    }
  };
};
