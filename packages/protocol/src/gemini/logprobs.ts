import type { TokenLogprob } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects } from '../json/parse-reply.js';
import type { WireLogprob, WireLogprobs } from './wire-reply.js';

const readLogprob = ({ token, logProbability }: JsonObject): readonly Omit<TokenLogprob, 'top'>[] =>
  // Zero is what protocol buffers leave out: a token that was certain.
  typeof token === 'string' ? [{ token, logprob: typeof logProbability === 'number' ? logProbability : 0 }] : [];

/** The tokens of a candidate's `logprobsResult`; none where there is no such thing. */
export const readLogprobs = (candidate: JsonObject): readonly TokenLogprob[] => {
  const result = asObject(candidate['logprobsResult']);
  const top = asObjects(result?.['topCandidates']);
  return asObjects(result?.['chosenCandidates']).flatMap((chosen, index) =>
    readLogprob(chosen).map((token) => ({
      ...token,
      top: asObjects(top[index]?.['candidates']).flatMap(readLogprob),
    })),
  );
};

const toWire = ({ token, logprob }: Omit<TokenLogprob, 'top'>): WireLogprob => ({ token, logProbability: logprob });

/** The reverse. */
export const encodeLogprobs = (tokens: readonly TokenLogprob[]): WireLogprobs => ({
  chosenCandidates: tokens.map(toWire),
  topCandidates: tokens.map(({ top }) => ({ candidates: top.map(toWire) })),
});
