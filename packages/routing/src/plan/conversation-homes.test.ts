import { describe, expect, it } from '@jest/globals';

import { routable } from '../__fixtures__/make-planner.js';
import { createConversationHomes } from './conversation-homes.js';

const [a, b] = [routable('a').target, routable('b').target];

describe('the homes of conversations', () => {
  it('are where they were answered last', () => {
    const homes = createConversationHomes();
    homes.move(7, a, 0);
    homes.move(7, b, 10);
    expect(homes.of(7, 20)).toBe(b);
    expect(homes.of(8, 20)).toBeUndefined();
  });

  it('are forgotten ten minutes after the last turn', () => {
    const homes = createConversationHomes();
    homes.move(7, a, 0);
    expect(homes.of(7, 600_000)).toBe(a);
    expect(homes.of(7, 600_001)).toBeUndefined();
  });

  it('are at most 10,000, of which the one used longest ago goes first', () => {
    const homes = createConversationHomes();
    for (let conversation = 0; conversation < 10_000; conversation += 1) homes.move(conversation, a, 0);
    homes.move(0, a, 1);
    homes.move(10_000, b, 1);
    expect([0, 1, 2, 10_000].map((conversation) => homes.of(conversation, 1))).toEqual([a, undefined, a, b]);
  });
});
