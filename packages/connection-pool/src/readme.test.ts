import { runReadmeExample } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

describe('the README', () => {
  it('has an example that runs', async () => {
    expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
      '200 hello from /one',
      '200 hello from /two',
      '2 of 2 requests found an open connection',
    ]);
  });
});
