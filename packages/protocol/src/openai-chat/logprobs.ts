import type { TokenLogprob } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObjects } from '../json/parse-reply.js';
import type { WireLogprobs } from './wire.js';

type Alternative = TokenLogprob['top'][number];

const decodeAlternative = ({ token, logprob }: JsonObject): Alternative | undefined =>
  typeof token === 'string' && typeof logprob === 'number' ? { token, logprob } : undefined;

/** The tokens of `logprobs.content`. What has no token or no number is left out. */
export const decodeLogprobs = (content: unknown): readonly TokenLogprob[] =>
  asObjects(content).flatMap((wire) => {
    const token = decodeAlternative(wire);
    const top = asObjects(wire['top_logprobs']).flatMap((one) => decodeAlternative(one) ?? []);
    return token === undefined ? [] : [{ top, ...token }];
  });

const encodeAlternative = ({ token, logprob }: Alternative) => ({ token, logprob, bytes: null });

/** The reverse. */
export const encodeLogprobs = (tokens: readonly TokenLogprob[]): WireLogprobs => ({
  content: tokens.map((token) => ({ ...encodeAlternative(token), top_logprobs: token.top.map(encodeAlternative) })),
  refusal: null,
});
