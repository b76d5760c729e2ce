import { describe, expect, it } from '@jest/globals';

import { createSyntheticTrace, replayTrace } from '../__fixtures__/exchange-trace.js';

describe('estimates over a trace', () => {
  it.each([1, 2, 3, 4, 5])('are off much less in its last tenth than in its first (seed %s)', (seed) => {
    const errors = replayTrace(createSyntheticTrace(seed, 400));
    const [first, last] = [errors.at(0), errors.at(-1)];
    for (const what of ['tokens', 'cost', 'latency'] as const) {
      expect(last?.[what]).toBeLessThan(0.7 * Number(first?.[what]));
    }
  });
});
