import { expect, it } from '@jest/globals';

import { createLogTimestamp } from './log-timestamp.js';

it.each([0, 7, 1_999, 2_000, 2_045, 1_795_250_026_578])('writes the moment %i in ISO 8601', (epochMs) => {
  expect(createLogTimestamp(() => epochMs)()).toBe(`,"time":"${new Date(epochMs).toISOString()}"`);
});

it('goes from second to second, forth and back', () => {
  const moments = [1_999, 2_000, 2_001, 1_998];
  const times = moments.values();
  const timestamp = createLogTimestamp(() => times.next().value ?? 0);
  expect(moments.map(() => timestamp())).toEqual(moments.map((ms) => `,"time":"${new Date(ms).toISOString()}"`));
});
