import { describe, expect, it } from '@jest/globals';

import { runReadmeExample } from '@claudette/testing';

describe('the README', () => {
  it('has an example that works', async () => {
    expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
      'https://api.anthropic.com/v1/messages with x-api-key from ANTHROPIC_API_KEY',
      'https://api.cerebras.ai/v1/chat/completions',
    ]);
  });
});
