import { readFileSync } from 'node:fs';

import { noUsage } from '@claudette/core';
import type { Usage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';
import * as library from '@pydantic/genai-prices';

import { costOf } from './model-price.js';
import { createPriceBook } from './price-book.js';
import type { PriceBook, PriceLibrary } from './price-book.js';

const at = new Date('2026-06-01T12:00:00Z');

const loaded = async (): Promise<PriceBook> => {
  const book = createPriceBook();
  await book.load();
  return book;
};

const costFor = (
  book: PriceBook,
  provider: string,
  model: string,
  usage: Partial<Usage>,
  on = at,
): bigint | undefined => {
  const price = book.priceOf(provider, model, on);
  return price && costOf(price, { ...noUsage, ...usage });
};

describe('loading prices', () => {
  it('happens once, however many ask', async () => {
    let loads = 0;
    const book = createPriceBook({
      load: () => {
        loads += 1;
        return Promise.resolve(library);
      },
    });
    await Promise.all([book.load(), book.load()]);
    await book.load();
    expect(loads).toBe(1);
  });

  it('can be tried again after it failed', async () => {
    const answers: Promise<PriceLibrary>[] = [Promise.reject(new Error('no such module')), Promise.resolve(library)];
    const book = createPriceBook({ load: () => answers.shift() ?? Promise.resolve(library) });
    await expect(book.load()).rejects.toThrow('no such module');
    expect(book.isLoaded).toBe(false);
    await book.load();
    expect(book.isLoaded).toBe(true);
  });

  it('does not happen by itself', () => {
    const book = createPriceBook();
    expect([book.isLoaded, book.priceOf('openai', 'gpt-4o', at)]).toEqual([false, undefined]);
  });

  it('says which tables it has, as installed', () => {
    const manifest = new URL('../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    expect(createPriceBook().version).toBe(`genai-prices ${version} (2026-09-23), qwen (2025-04-22)`);
  });
});

/** Worked out by hand from the vendors' lists, in nano-dollars. */
describe('golden costs', () => {
  it.each([
    // 1,000 x $3 + 500 x $15 a million
    ['anthropic', 'claude-sonnet-4-5', { inputTokens: 1_000, outputTokens: 500 }, 10_500_000n],
    // 100 x 3 + 10,000 x 0.30 + 2,000 x 3.75 + 1,000 x 6 + 50 x 15
    [
      'anthropic',
      'claude-sonnet-4-5-20250929',
      {
        inputTokens: 100,
        cachedInputTokens: 10_000,
        cacheWriteTokens: 2_000,
        cacheWrite1hTokens: 1_000,
        outputTokens: 50,
      },
      17_550_000n,
    ],
    // a prompt of 200,000 is still in the first tier: 200,000 x 3
    [
      'anthropic',
      'claude-sonnet-4-5',
      { inputTokens: 199_000, cacheWriteTokens: 0, cachedInputTokens: 1_000 },
      597_300_000n,
    ],
    // one token more and all of it costs 6 and 22.5: 200,001 x 6 + 1,000 x 22.5
    ['anthropic', 'claude-sonnet-4-5', { inputTokens: 200_001, outputTokens: 1_000 }, 1_222_506_000n],
    // 1,000 x 1.25 + 3,000 x 0.125 + 200 x 10 + 800 reasoning x 10
    [
      'openai',
      'gpt-5',
      { inputTokens: 1_000, cachedInputTokens: 3_000, outputTokens: 200, reasoningTokens: 800 },
      11_625_000n,
    ],
    // 1,000 x 2.50 + 1,000 x 1.25 + 1,000 x 10
    ['openai', 'gpt-4o', { inputTokens: 1_000, cachedInputTokens: 1_000, outputTokens: 1_000 }, 13_750_000n],
    // 1 x 0.15 + 1 x 0.60
    ['openai', 'gpt-4o-mini-2024-07-18', { inputTokens: 1, outputTokens: 1 }, 750n],
    // no price for cached input is listed, so it costs as input: 1,000 x 30 + 500 x 60
    ['openai', 'gpt-4', { cachedInputTokens: 1_000, outputTokens: 500 }, 60_000_000n],
    // 1,000 x 1.60 + 1,000 x 6.40
    ['qwen', 'qwen-max', { inputTokens: 1_000, outputTokens: 1_000 }, 8_000_000n],
    // 1,000 x 0.30 + 500 reasoning x 2.50 + 500 x 2.50
    ['gemini', 'gemini-2.5-flash', { inputTokens: 1_000, outputTokens: 500, reasoningTokens: 500 }, 2_800_000n],
    // 1,000 x 2 + 1,000 x 6
    ['mistral', 'mistral-large-latest', { inputTokens: 1_000, outputTokens: 1_000 }, 8_000_000n],
    // 1,000 x 0.075 + 1,000 x 0.30
    ['groq', 'openai/gpt-oss-20b', { inputTokens: 1_000, outputTokens: 1_000 }, 375_000n],
    // 1,000 x 0.20 + 1,000 x 0.50
    ['xai', 'grok-4-1-fast-reasoning', { inputTokens: 1_000, outputTokens: 1_000 }, 700_000n],
  ])('%s %s %j costs %d', async (provider, model, usage, nano) => {
    expect(costFor(await loaded(), provider, model, usage)).toBe(nano);
  });

  it.each([
    ['gemini', 'gemini-3.5-flash'],
    ['deepseek', 'deepseek-v4-flash'],
    ['openrouter', 'anthropic/claude-sonnet-5'],
    ['azure-openai', 'o4-mini'],
  ])('knows the table of %s', async (provider, model) => {
    expect((await loaded()).priceOf(provider, model, at)).toBeDefined();
  });

  it('agrees with the library, whose input includes what is cached', async () => {
    const mine = costFor(await loaded(), 'anthropic', 'claude-sonnet-4-5', {
      inputTokens: 1_234,
      cachedInputTokens: 56_789,
      cacheWriteTokens: 4_321,
      outputTokens: 987,
    });
    const theirs = library.calcPrice(
      {
        input_tokens: 1_234 + 56_789 + 4_321,
        cache_read_tokens: 56_789,
        cache_write_tokens: 4_321,
        output_tokens: 987,
      },
      'claude-sonnet-4-5',
      { providerId: 'anthropic', timestamp: at },
    );
    expect(Number(mine) / 1e9).toBeCloseTo(theirs?.total_price ?? 0, 9);
  });
});

describe('the price book', () => {
  it('knows what a model cost on a day in the past', async () => {
    const book = await loaded();
    const usage = { inputTokens: 1_000_000 };
    expect([
      costFor(book, 'openai', 'o3', usage, new Date('2025-06-09')),
      costFor(book, 'openai', 'o3', usage, new Date('2025-06-10')),
    ]).toEqual([10_000_000_000n, 2_000_000_000n]);
  });

  it('gives the same price for the same day without asking the library again', async () => {
    let lookUps = 0;
    const calcPrice: PriceLibrary['calcPrice'] = (...parameters) => {
      lookUps += 1;
      return library.calcPrice(...parameters);
    };
    const book = createPriceBook({ load: () => Promise.resolve({ calcPrice }) });
    await book.load();
    const prices = [book.priceOf('openai', 'gpt-5', at), book.priceOf('openai', 'gpt-5', new Date('2026-06-01'))];
    expect([lookUps, prices[0] === prices[1]]).toEqual([1, true]);
  });

  it('remembers a bounded number of prices', async () => {
    const asked: string[] = [];
    const calcPrice: PriceLibrary['calcPrice'] = (_, model) => {
      asked.push(model);
      return null;
    };
    const book = createPriceBook({ load: () => Promise.resolve({ calcPrice }) });
    await book.load();
    for (let index = 0; index <= 1_000; index += 1) book.priceOf('openai', `m${index}`, at);
    book.priceOf('openai', 'm0', at);
    expect(asked.filter((model) => model === 'm0')).toHaveLength(2);
  });

  it.each([['ollama'], ['demo']])('charges nothing for %s, which runs here', (provider) => {
    const used = { inputTokens: 9, cacheWriteTokens: 9, cacheWrite1hTokens: 9, outputTokens: 9 };
    expect(costFor(createPriceBook(), provider, 'llama3.2', used)).toBe(0n);
  });

  it.each([
    ['anthropic', 'no-such-model'],
    ['openai', 'no-such-model'],
    ['openai', 'text-embedding-3-small'],
    ['qwen', 'qwen-plus'],
    ['openai-compatible', 'gpt-4o'],
    ['no-such-vendor', 'gpt-4o'],
  ])('does not know what %s %s costs', async (provider, model) => {
    expect((await loaded()).priceOf(provider, model, at)).toBeUndefined();
  });

  it('takes twice the input price for hour-long cache writes that Anthropic did not list', async () => {
    const listing = (prices: library.ModelPrice): PriceLibrary => ({
      calcPrice: (usage, model, options) => {
        const known = library.calcPrice(usage, 'claude-sonnet-4-5', { ...options, providerId: 'anthropic' });
        return known && { ...known, model_price: prices };
      },
    });
    const book = createPriceBook({ load: () => Promise.resolve(listing({ input_mtok: 3, output_mtok: 15 })) });
    await book.load();
    const used = { cacheWrite1hTokens: 1_000 };
    expect([costFor(book, 'anthropic', 'x', used), costFor(book, 'openai', 'x', used)]).toEqual([
      6_000_000n,
      undefined,
    ]);
  });
});
