import { describe, expect, it } from '@jest/globals';

import type { Call } from './call.js';
import { compose } from './exchange.js';
import type { Interceptor } from './exchange.js';
import type { Reply } from './reply.js';

describe('compose', () => {
  it('makes the first interceptor the outermost', async () => {
    const seen: string[] = [];
    const named =
      (name: string): Interceptor =>
      (next) =>
      async (call) => {
        seen.push(`${name} before`);
        const reply = await next(call);
        seen.push(`${name} after`);
        return reply;
      };
    const exchange = compose([named('outer'), named('inner')], async () => ({}) as Reply);
    await exchange({} as Call);
    expect(seen).toEqual(['outer before', 'inner before', 'inner after', 'outer after']);
  });
});
