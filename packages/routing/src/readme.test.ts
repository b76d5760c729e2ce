import { describe, expect, it } from '@jest/globals';

import { runReadmeExample } from '@claudette/testing';

describe('the README', () => {
  it('has an example that works', async () => {
    expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
      'local/llama3.2: priority 1, cost 1.00, latency unknown, availability 1.00',
      'openai/gpt-5.4-mini: priority 1, cost 0.00, latency unknown, availability 1.00',
      'answered by openai/gpt-5.4-mini after 2 attempts',
    ]);
  });
});
