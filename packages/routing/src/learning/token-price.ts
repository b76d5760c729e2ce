/** What each class of tokens costs: integer nano-units of USD per million tokens. The ledger's prices have this shape. */
export interface TokenPrice {
  readonly input: number;
  readonly cachedInput: number;
  /** Absent: prompts that are written to the provider's cache cost what others cost. */
  readonly cacheWrite?: number;
  readonly output: number;
  readonly reasoning: number;
}

const PER_MILLION = 1e6;

/** What so many tokens of each class are likely to cost: in nano-units of USD, an integer. */
export const costNanoOf = (
  price: TokenPrice,
  input: number,
  cachedInput: number,
  cacheWrite: number,
  output: number,
  reasoning: number,
): number =>
  Math.round(
    (input * price.input +
      cachedInput * price.cachedInput +
      cacheWrite * (price.cacheWrite ?? price.input) +
      output * price.output +
      reasoning * price.reasoning) /
      PER_MILLION,
  );
