import type { Call, Clock, Interceptor, Original, Reply } from '@claudette/core';
import { codecs } from '@claudette/protocol';

import { translateStream } from './translate-stream.js';
import { translateWhole } from './translate-whole.js';
import type { Translation } from './translation.js';
import { withoutUsage } from './without-usage.js';

const toTranslation = ({ operation, request, context }: Call, original: Original, clock: Clock): Translation => ({
  to: codecs[original.dialect],
  operation,
  request,
  context: {
    streamUsage: request.streamUsage,
    tools: request.tools,
    requestBody: original.body,
    createdAtSeconds: Math.floor(clock.epochMs() / 1000),
  },
  strict: context.strict,
  signal: context.signal,
});

/**
 * Gives clients their own dialect and framing: the provider's bytes where both are theirs already, otherwise a
 * translation. It stands inside the observer, so that what a translation loses, or that it fails, is on record. Native
 * calls get the reply as it is.
 */
export const withClientDialect =
  (clock: Clock): Interceptor =>
  (next) =>
  (call) => {
    const { original, request } = call;
    if (original === undefined) return next(call);
    return next(call).then((reply): Reply | Promise<Reply> => {
      const isTheirs = reply.dialect === original.dialect;
      if (!request.stream) {
        // Not every vendor writes vectors as it was asked to, and clients cannot read what they did not ask for.
        const isAsked = request.embedding?.encoding !== 'base64';
        if (isTheirs && isAsked && reply.framing === 'json') return reply;
        return translateWhole(reply, toTranslation(call, original, clock));
      }
      if (!isTheirs || reply.framing !== 'sse') return translateStream(reply, toTranslation(call, original, clock));
      return request.streamUsage ? reply : withoutUsage(reply, codecs[original.dialect]);
    });
  };
