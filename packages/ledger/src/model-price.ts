import { totalInputTokens } from '@claudette/core';
import type { Usage } from '@claudette/core';

/** What each class of tokens costs: integer nano-units of a currency per million tokens. */
export interface TokenPrices {
  readonly input: number;
  readonly cachedInput: number;
  /** Absent: unknown. */
  readonly cacheWrite?: number;
  /** Absent: unknown. */
  readonly cacheWrite1h?: number;
  readonly output: number;
  readonly reasoning: number;
}

/** The prices of a whole request whose prompt is longer than a limit. */
export interface PriceTier extends TokenPrices {
  /** Prompts of more tokens than this, whatever their class, are in the tier. */
  readonly aboveInputTokens: number;
}

/** What a model costs, now or on some day. */
export interface ModelPrice extends TokenPrices {
  /** From the lowest limit up. Empty when prompts of every length cost the same. */
  readonly tiers: readonly PriceTier[];
}

/** List prices as vendors print them: currency units per million tokens. */
export interface ListPrices {
  readonly input: number;
  readonly cachedInput?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly output: number;
  readonly reasoning?: number | undefined;
}

const NANO = 1e9;
const PER_MILLION = 1_000_000n;

/** List prices have at most a few decimals, so the nearest nano-unit is the very price that was printed. */
const toNano = (units: number): number => Math.round(units * NANO);

/**
 * List prices in nano-units. What a list does not mention is billed like its nearest class where that is how vendors do
 * it: cached input as input (no discount), reasoning as output. Cache writes are left unknown: vendors that charge for
 * them apart charge more than for input.
 */
export const toTokenPrices = (list: ListPrices): TokenPrices => ({
  input: toNano(list.input),
  cachedInput: toNano(list.cachedInput ?? list.input),
  ...(list.cacheWrite !== undefined && { cacheWrite: toNano(list.cacheWrite) }),
  ...(list.cacheWrite1h !== undefined && { cacheWrite1h: toNano(list.cacheWrite1h) }),
  output: toNano(list.output),
  reasoning: toNano(list.reasoning ?? list.output),
});

/** A model's price from list prices, the same for prompts of every length. */
export const defineModelPrice = (list: ListPrices): ModelPrice => ({ ...toTokenPrices(list), tiers: [] });

/** The prices that hold for a request with so many prompt tokens, whatever their class. */
export const pricesFor = (price: ModelPrice, inputTokens: number): TokenPrices =>
  price.tiers.findLast((tier) => inputTokens > tier.aboveInputTokens) ?? price;

/**
 * What a usage costs, in nano-units of the price's currency: exact integers, one division, half up. Undefined when it
 * has tokens of a class whose price is unknown; unknown is not 0.
 */
export function costOf(price: ModelPrice, usage: Usage): bigint | undefined {
  const prices = pricesFor(price, totalInputTokens(usage));
  const charges: readonly (readonly [tokens: number, nanoPerMillion: number | undefined])[] = [
    [usage.inputTokens, prices.input],
    [usage.cachedInputTokens, prices.cachedInput],
    [usage.cacheWriteTokens, prices.cacheWrite],
    [usage.cacheWrite1hTokens, prices.cacheWrite1h],
    [usage.outputTokens, prices.output],
    [usage.reasoningTokens, prices.reasoning],
  ];
  let nanoMillionths = 0n;
  for (const [tokens, nanoPerMillion] of charges) {
    if (tokens === 0) continue;
    if (nanoPerMillion === undefined) return undefined;
    nanoMillionths += BigInt(tokens) * BigInt(nanoPerMillion);
  }
  return (nanoMillionths + PER_MILLION / 2n) / PER_MILLION;
}
