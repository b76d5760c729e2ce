import { expect, it } from '@jest/globals';

import { runReadmeExample } from './run-readme-example.js';

it('runs the example of the README', async () => {
  expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
    'broken false',
    'complete true',
    '2 calls',
  ]);
});
