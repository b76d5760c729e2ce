import type { Call, DialectId, Exchange, GatewayError, Interceptor, LazyLoader, Observe, Reply } from '@claudette/core';
import { toGatewayError, UpstreamError } from '@claudette/core';
import { codecs } from '@claudette/protocol';

import type { GatewayParts } from '../lazy-parts.js';
import { reachedBackend } from '../observer/reached-backend.js';
import { wholeBytes } from '../whole-bytes.js';
import { estimateTokens } from './estimate-tokens.js';
import { tokenizerName } from './tokenizer.js';

type Loader = Pick<LazyLoader<GatewayParts>, 'use'>;

/** Statuses of a backend that does not have the endpoint, or not for this model. */
const notThere: readonly (number | undefined)[] = [404, 405, 501];

/** Nobody could be asked, or nobody who was asked could say. What the caller did wrong is still theirs to know. */
const mayEstimate = (error: GatewayError): boolean =>
  error.retryable ||
  error.code === 'translation_refused' ||
  (error instanceof UpstreamError && notThere.includes(error.fault.status));

const toReply = (tokens: number, dialect: DialectId, attempts: number): Reply => ({
  target: { backend: 'claudette', model: tokenizerName, provider: 'claudette', dialect },
  dialect,
  framing: 'json',
  status: 200,
  headers: { 'x-claudette-estimate': 'true' },
  bytes: wholeBytes(() => Promise.resolve(codecs[dialect].counting?.encodeReply(tokens) ?? new Uint8Array(0))),
  outcome: Promise.resolve({
    kind: 'complete',
    cause: undefined,
    usage: undefined,
    finishReason: undefined,
    receivedBytes: 0,
  }),
  losses: [],
  cache: 'bypass',
  attempts,
  ageMs: undefined,
  cancel: () => undefined,
});

const countOrEstimate = async (next: Exchange, call: Call, dialect: DialectId, lazy: Loader): Promise<Reply> => {
  const { context, request } = call;
  let attempts = 0;
  const observe: Observe = (observation) => {
    if (observation.kind === 'attempt-end' && reachedBackend(observation)) attempts += 1;
    context.observe(observation);
  };
  try {
    return await next({ ...call, context: { ...context, observe } });
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (context.signal.aborted || !mayEstimate(error)) throw error;
    const tokens = await lazy.use('tokenizer', ({ countTokens }) =>
      estimateTokens(request, context.signal, countTokens),
    );
    return toReply(tokens, dialect, attempts);
  }
};

/**
 * Estimates the tokens of a prompt where no backend can be asked, or none that was asked could say; the answer says that
 * it is an estimate in the header `x-claudette-estimate`. Every other call passes through.
 */
export const withEstimate =
  (lazy: Loader): Interceptor =>
  (next) =>
  (call) =>
    call.operation === 'count' && call.original !== undefined
      ? countOrEstimate(next, call, call.original.dialect, lazy)
      : next(call);
