import { defineModelPrice } from './model-price.js';
import type { ModelPrice } from './model-price.js';

/** The day the table was compared with the vendor's page. */
export const qwenPricesDate = '2025-04-22';

/** https://www.alibabacloud.com/help/en/model-studio/billing-for-model-studio, international (Singapore), USD. */
const qwenMax = defineModelPrice({ input: 1.6, output: 6.4 });

/**
 * Models of Alibaba Model Studio with one price for every request. Most others are left out, and so unknown, because
 * their price depends on what a usage does not tell: whether thinking was on (qwen-plus, qwen-turbo, qwen-flash, the
 * open models), or where exactly "32K" ends (qwen3-max, qwen3-coder).
 */
export const qwenPrices: ReadonlyMap<string, ModelPrice> = new Map([
  ['qwen-max', qwenMax],
  ['qwen-max-latest', qwenMax],
  ['qwen-max-2025-01-25', qwenMax],
]);
