import { runReadmeExample } from '@claudette/testing';
import { expect, it } from '@jest/globals';

it('runs the example of the README', async () => {
  expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
    "This is Claudette's built-in demo; no model was asked. You wrote: How are you?",
    'demo/demo-1: 0 USD',
  ]);
});
