import type { Call, CallContext } from '@claudette/core';

import { toChatRequest } from './question.js';
import type { Asked } from './question.js';

/**
 * A question in plain words as a call.
 * @throws GatewayError `invalid_request` where one of its files cannot be read by a model
 */
export const toNativeCall = (asked: Asked, own: Pick<CallContext, 'id' | 'observe' | 'strict'>): Call => ({
  original: undefined,
  operation: 'generate',
  request: toChatRequest(asked),
  context: {
    id: own.id,
    principal: asked.principal,
    signal: asked.controller.signal,
    observe: own.observe,
    cacheMode: asked.cacheMode,
    maxAgeMs: undefined,
    noStore: undefined,
    pace: undefined,
    strict: own.strict,
    tags: [],
    pinnedBackend: asked.backend,
    timeoutMs: asked.timeoutMs,
    deadlineAtMs: undefined,
    session: undefined,
    costLimit: asked.costLimit,
    maxStaleMs: undefined,
  },
  plan: undefined,
  target: undefined,
  commitWithinMs: undefined,
});
