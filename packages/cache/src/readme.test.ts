import { expect, it } from '@jest/globals';

import { runReadmeExample } from '@claudette/testing';

it('runs the example of the README', async () => {
  expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
    'miss Hello!',
    'hit Hello!',
    'upstream calls: 1',
    'cleared: 1 in memory, 1 in SQLite',
  ]);
});
