import type { calcPrice, ModelPrice as LibraryPrice } from '@pydantic/genai-prices';

import { defineModelPrice, toTokenPrices } from './model-price.js';
import type { ModelPrice, TokenPrices } from './model-price.js';
import { qwenPrices, qwenPricesDate } from './qwen-prices.js';

/** The part of @pydantic/genai-prices that is used. Its `updatePrices`, which goes to the network, is not. */
export interface PriceLibrary {
  readonly calcPrice: typeof calcPrice;
}

/** What models cost, in USD. */
export interface PriceBook {
  /** The versions and dates of the tables, for the record of what was priced with them. */
  readonly version: string;
  readonly isLoaded: boolean;
  /** Loads the price table (about 50 ms and 20 MB) unless it is loaded or being loaded. */
  load(): Promise<void>;
  /**
   * What a model cost at a time, or undefined when that is unknown: an unlisted model, a vendor without a table, or one
   * whose table is not loaded yet. Local vendors (`ollama`, `demo`) cost 0.
   */
  priceOf(provider: string, model: string, at: Date): ModelPrice | undefined;
}

export interface PriceBookOptions {
  /** Where the price table comes from. @default the one inside @pydantic/genai-prices, imported when it is needed */
  readonly load?: () => Promise<PriceLibrary>;
}

/** The version of @pydantic/genai-prices and the day it was published, which is the date of its data. */
const LIBRARY_VERSION = '0.1.8';
const LIBRARY_DATE = '2026-09-23';

const DAY_MS = 86_400_000;
const MAX_REMEMBERED_PRICES = 1_000;

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing */
const ANTHROPIC_CACHE_WRITE_1H_FACTOR = 2;

/** Our vendors that the library knows, under its ids. */
const libraryProviders: ReadonlyMap<string, string> = new Map([
  ['anthropic', 'anthropic'],
  ['openai', 'openai'],
  ['azure-openai', 'azure'],
  ['gemini', 'google'],
  ['mistral', 'mistral'],
  ['deepseek', 'deepseek'],
  ['groq', 'groq'],
  ['xai', 'x-ai'],
  ['openrouter', 'openrouter'],
]);

const free = defineModelPrice({ input: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0 });
const localProviders: ReadonlySet<string> = new Set(['demo', 'ollama']);

const tierLimits = (listed: LibraryPrice): number[] => {
  const limits = Object.values(listed).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map((tier) => tier.start) : [],
  );
  return [...new Set(limits)].sort((a, b) => a - b);
};

/** The library's price of one class for prompts just above a limit. */
const priceAbove = (price: LibraryPrice[string], limit: number): number | undefined => {
  if (typeof price !== 'object') return price;
  const reached = price.tiers.filter((tier) => tier.start <= limit).sort((a, b) => b.start - a.start);
  return reached[0]?.price ?? price.base;
};

const toPricesAbove = (provider: string, listed: LibraryPrice, limit: number): TokenPrices | undefined => {
  const at = (name: string): number | undefined => priceAbove(listed[name], limit);
  const input = at('input_mtok');
  const output = at('output_mtok');
  if (input === undefined || output === undefined) return undefined;
  const usualCacheWrite1h = provider === 'anthropic' ? input * ANTHROPIC_CACHE_WRITE_1H_FACTOR : undefined;
  return toTokenPrices({
    input,
    cachedInput: at('cache_read_mtok'),
    cacheWrite: at('cache_write_mtok'),
    cacheWrite1h: at('cache_write_1h_mtok') ?? usualCacheWrite1h,
    output,
    reasoning: at('output_reasoning_mtok'),
  });
};

const toModelPrice = (provider: string, listed: LibraryPrice): ModelPrice | undefined => {
  const prices = toPricesAbove(provider, listed, -1);
  if (prices === undefined) return undefined;
  const tiers = tierLimits(listed).flatMap((limit) => {
    const above = toPricesAbove(provider, listed, limit);
    return above === undefined ? [] : [{ ...above, aboveInputTokens: limit }];
  });
  return { ...prices, tiers };
};

/** A price book whose vendors' table is loaded on demand, once. Prices do not change while the process lives. */
export function createPriceBook({ load = () => import('@pydantic/genai-prices') }: PriceBookOptions = {}): PriceBook {
  const remembered = new Map<string, ModelPrice | undefined>();
  let library: PriceLibrary | undefined;
  let loading: Promise<void> | undefined;

  const loadLibrary = async (): Promise<void> => {
    try {
      library = await load();
    } finally {
      loading = undefined;
    }
  };

  const lookUp = (from: PriceLibrary, provider: string, model: string, at: Date): ModelPrice | undefined => {
    const listed = from.calcPrice({}, model, { providerId: provider, timestamp: at });
    return listed === null ? undefined : toModelPrice(provider, listed.model_price);
  };

  return {
    version: `genai-prices ${LIBRARY_VERSION} (${LIBRARY_DATE}), qwen (${qwenPricesDate})`,
    get isLoaded() {
      return library !== undefined;
    },
    async load() {
      if (library === undefined) await (loading ??= loadLibrary());
    },
    priceOf(provider, model, at) {
      if (localProviders.has(provider)) return free;
      if (provider === 'qwen') return qwenPrices.get(model);
      const libraryProvider = libraryProviders.get(provider);
      if (libraryProvider === undefined || library === undefined) return undefined;

      const key = `${libraryProvider} ${Math.floor(at.getTime() / DAY_MS)} ${model}`;
      if (!remembered.has(key)) {
        if (remembered.size >= MAX_REMEMBERED_PRICES) remembered.clear();
        remembered.set(key, lookUp(library, libraryProvider, model, at));
      }
      return remembered.get(key);
    },
  };
}
