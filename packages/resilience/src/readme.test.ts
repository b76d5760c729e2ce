import { runReadmeExample } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

describe('the README', () => {
  it('has an example that runs', async () => {
    expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
      'attempt 1: upstream_failed, try again in 5 ms',
      'attempt 2: upstream_failed, try again in 10 ms',
      'the circuit is open: 3 of 3 calls failed',
      'attempt 3: upstream_failed, try again in 20 ms',
      'attempt 4: circuit_open, try again in 40 ms',
      "{ available: false, reason: 'circuit open: 3 of 3 calls failed' }",
    ]);
  });
});
