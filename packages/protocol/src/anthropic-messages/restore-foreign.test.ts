import { describe, expect, it } from '@jest/globals';

import { encode } from './__fixtures__/encoded-request.js';

const tools = [{ name: 'f' }];

describe('what only Anthropic knows', () => {
  const own = (path: string, value: unknown) => ({ dialect: 'anthropic-messages' as const, path, value });

  it('goes back to its place', () => {
    const foreign = [
      own('tools[0]', { type: 'web_search_20250305' }),
      own('tools[1].defer_loading', true),
      own('tools[2]', { type: 'bash_20250124' }),
      own('output_config.effort', 'heroic'),
      own('container', 'c'),
    ];
    expect(encode({ tools, foreign })).toMatchObject({
      body: {
        tools: [{ type: 'web_search_20250305' }, { name: 'f', defer_loading: true }, { type: 'bash_20250124' }],
        output_config: { effort: 'heroic' },
        container: 'c',
      },
      losses: [],
    });
  });

  it("keeps the choice among the provider's own tools", () => {
    const { body } = encode({ foreign: [own('tools[0]', {})], toolChoice: { kind: 'required' } });
    expect(body).toMatchObject({ tools: [{}], tool_choice: { type: 'any' } });
  });

  it.each(['tools[3].x', 'tool_choice.x', 'thinking.x.y', 'messages[0].x', '__proto__.x'])(
    'is listed when %s has no place',
    (path) => {
      const { losses } = encode({ foreign: [own(path, 1)] });
      expect(losses).toEqual([{ path, reason: 'its place in the body is not known any more' }]);
    },
  );
});
