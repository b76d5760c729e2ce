import { describe, expect, it } from '@jest/globals';

import { runReadmeExample } from '@claudette/testing';

describe('the README', () => {
  it('has an example that works', async () => {
    const printed = await runReadmeExample(new URL('../README.md', import.meta.url));
    expect(printed).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d INFO {2}exchange complete id=x1 .* tags="key=\[redacted\]"$/),
      'claudette_exchanges_total{dialect="openai-chat",backend="openai",model="gpt-5.5",outcome="complete"} 1',
      'claudette_tokens_total{backend="openai",model="gpt-5.5",kind="output"} 42',
    ]);
  });
});
