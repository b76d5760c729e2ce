import { runReadmeExample } from '@claudette/testing';
import { expect, it } from '@jest/globals';

it('runs the example of the README', async () => {
  expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
    'the key is active',
    '1 request, 1250 + 100 tokens, 2875000 nano USD, 0 failed',
    'first attempt at openai: complete',
  ]);
});
