/** One token and how likely it was, with what else could have stood there. */
export interface FakeLogprob {
  readonly token: string;
  readonly logprob: number;
  /** The token itself first, then less likely ones. */
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** Powers of two, so that the numbers print as they are. */
const STEP = 0.125;

/** Every delta counts as one token; the further into the text, the less likely. */
export const logprobOf = (token: string, position: number, alternatives: number): FakeLogprob => {
  const logprob = -STEP * (position + 1);
  const top = Array.from({ length: alternatives }, (_, rank) => ({
    token: rank === 0 ? token : ` other${rank}`,
    logprob: logprob - rank,
  }));
  return { token, logprob, top };
};

/** Of every delta of a text; undefined when nobody asked. */
export const logprobsOf = (
  deltas: readonly string[],
  alternatives: number | undefined,
): readonly FakeLogprob[] | undefined =>
  alternatives === undefined ? undefined : deltas.map((token, index) => logprobOf(token, index, alternatives));

/** As OpenAI writes it in both of its dialects. */
export const openaiLogprob = ({ token, logprob, top }: FakeLogprob): object => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
  top_logprobs: top.map((other) => ({ ...other, bytes: [...Buffer.from(other.token)] })),
});
