import type { Random } from './random.js';

/** One question with its answer. Requests for the same key are the same object. */
export interface Item {
  readonly key: string;
  /** What keeping the answer takes. */
  readonly bytes: number;
  /** What a hit saves: nano-dollars, a second of waiting counted as 0.001 USD. */
  readonly worth: number;
}

/** Requests in the order in which they come. */
export interface Trace {
  readonly name: string;
  readonly requests: readonly Item[];
}

/** What a cache would need that forgets nothing: the bytes of all distinct items. */
export function footprintOf({ requests }: Trace): number {
  let bytes = 0;
  for (const item of new Set(requests)) bytes += item.bytes;
  return bytes;
}

/** Prices in USD for a million tokens, and how long a token of output takes. */
const models = [
  { input: 0.1, output: 0.4, msPerToken: 5 },
  { input: 0.25, output: 2, msPerToken: 8 },
  { input: 1.25, output: 10, msPerToken: 14 },
  { input: 3, output: 15, msPerToken: 16 },
  { input: 15, output: 75, msPerToken: 28 },
] as const;
const smallestBytes = 200;
const largestBytes = 1_000_000;

/** The tokens of a call. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** Makes items with new keys. */
export interface ItemSource {
  /** @param tokens of the call; without it a prompt of 1,500 and an answer of 300 tokens in the median, both heavy-tailed */
  create(tokens?: Tokens): Item;
}

/**
 * Items as a gateway meets them. Any of five models answers. The cost follows the tokens of prompt and answer, the size
 * those of the answer alone and how wordily its provider streams: so what is large is only a little dearer than what is
 * small.
 */
export function createItemSource(random: Random): ItemSource {
  let created = 0;
  return {
    create({ input, output } = { input: random.logNormal(1500, 2.3), output: random.logNormal(300, 1.3) }) {
      created += 1;
      const model = models[random.below(models.length)] ?? models[0];
      const bytes = 150 + output * random.logNormal(12, 0.6);
      const costNano = (input * model.input + output * model.output) * 1000;
      const durationMs = random.logNormal(400, 0.5) + output * model.msPerToken;
      return {
        // As long as a digest with backend and model behind it.
        key: `${created.toString(16).padStart(64, '0')}:backend/model`,
        bytes: Math.round(Math.min(Math.max(bytes, smallestBytes), largestBytes)),
        worth: Math.round(costNano + durationMs * 1000),
      };
    },
  };
}
