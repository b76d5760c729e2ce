import { describe, expect, it } from '@jest/globals';

import { encode, lostPaths } from './__fixtures__/encoded-request.js';

const tools = [{ name: 'f' }];

describe('thinking for Anthropic', () => {
  it.each([
    [{ effort: 'none' }, { type: 'disabled' }, undefined],
    [{ effort: 'high' }, { type: 'adaptive' }, { effort: 'high' }],
    [{ adaptive: true }, { type: 'adaptive' }, undefined],
    [{ adaptive: false }, undefined, undefined],
    [{ budgetTokens: 2000, effort: 'low' }, { type: 'enabled', budget_tokens: 2000 }, { effort: 'low' }],
  ] as const)('sends reasoning %j', (reasoning, thinking, outputConfig) => {
    const { body, losses } = encode({ reasoning });
    expect([body['thinking'], body['output_config'], losses]).toEqual([thinking, outputConfig, []]);
  });

  it.each([
    [{ effort: 'low', summary: 'auto' }, { type: 'adaptive', display: 'summarized' }, []],
    [{ effort: 'low', summary: 'detailed' }, { type: 'adaptive', display: 'summarized' }, ['reasoning.summary']],
    [{ budgetTokens: 2000, summary: 'none' }, { type: 'enabled', budget_tokens: 2000, display: 'omitted' }, []],
    [{ summary: 'auto' }, undefined, ['reasoning.summary']],
    [{ effort: 'none', summary: 'auto' }, { type: 'disabled' }, ['reasoning.summary']],
    [{ summary: 'none' }, undefined, []],
    [{ budgetTokens: 0 }, { type: 'disabled' }, []],
  ] as const)('sends what to show of the reasoning %j', (reasoning, thinking, lost) => {
    expect(encode({ reasoning }).body['thinking']).toEqual(thinking);
    expect(lostPaths({ reasoning })).toEqual(lost);
  });

  it('leaves out what Anthropic refuses beside thinking and says so', () => {
    const { body, losses } = encode({ reasoning: { effort: 'low' }, temperature: 0.5, topP: 0.9, topK: 5 });
    for (const field of ['temperature', 'top_p', 'top_k']) expect(body).not.toHaveProperty(field);
    expect(losses.map(({ path }) => path)).toEqual(['temperature', 'topP', 'topK']);
  });

  it('keeps what Anthropic allows beside thinking', () => {
    const { body, losses } = encode({ reasoning: { effort: 'low' }, temperature: 1, topP: 0.97 });
    expect([body['temperature'], body['top_p'], losses]).toEqual([1, 0.97, []]);
  });

  it.each([{ kind: 'required' }, { kind: 'tool', name: 'f' }] as const)(
    'does not think when %j forces a tool',
    (toolChoice) => {
      const { body, losses } = encode({ reasoning: { effort: 'low' }, tools, toolChoice });
      expect(body).not.toHaveProperty('thinking');
      expect(body['output_config']).toEqual({ effort: 'low' });
      expect(losses.map(({ path }) => path)).toEqual(['reasoning']);
    },
  );

  describe('between a tool call and its result', () => {
    const signed = { dialect: 'anthropic-messages', kind: 'signature', data: 'sig' } as const;
    const thought = { type: 'reasoning', text: 'Hm.', state: signed } as const;
    const call = { type: 'tool-call', id: 'toolu_1', name: 'f', arguments: '{}' } as const;
    const openTurn = (...parts: readonly (typeof thought | typeof call)[]) => [
      { role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] },
      { role: 'assistant' as const, parts },
      { role: 'tool' as const, toolCallId: 'toolu_1', parts: [{ type: 'text' as const, text: 'ok' }] },
    ];

    it('goes on only if the turn began with thoughts', () => {
      const reasoning = { budgetTokens: 2000 };
      expect(encode({ reasoning, tools, messages: openTurn(thought, call) }).body).toHaveProperty('thinking');
      const { body, losses } = encode({ reasoning, tools, messages: openTurn(call) });
      expect(body).not.toHaveProperty('thinking');
      expect(losses.map(({ path }) => path)).toEqual(['reasoning.budgetTokens']);
    });

    it('is left to the model where it decides itself', () => {
      expect(encode({ reasoning: { adaptive: true }, tools, messages: openTurn(call) }).body).toHaveProperty(
        'thinking',
      );
    });
  });

  it('sends minimal effort as low and says so', () => {
    const { body, losses } = encode({ reasoning: { effort: 'minimal' } });
    expect(body['output_config']).toEqual({ effort: 'low' });
    expect(losses.map(({ path }) => path)).toEqual(['reasoning.effort']);
  });

  it.each([
    [10, 4096, 1024],
    [9999, 4096, 4095],
  ])('sends a budget of %d of %d tokens as %d and says so', (budgetTokens, maxOutputTokens, sent) => {
    const { body, losses } = encode({ reasoning: { budgetTokens }, maxOutputTokens });
    expect(body['thinking']).toEqual({ type: 'enabled', budget_tokens: sent });
    expect(losses.map(({ path }) => path)).toEqual(['reasoning.budgetTokens']);
  });

  it('leaves thinking out when the limit has no room for it and says so', () => {
    const { body, losses } = encode({ reasoning: { budgetTokens: 1024 }, maxOutputTokens: 1024 });
    expect(body).not.toHaveProperty('thinking');
    expect(losses.map(({ path }) => path)).toEqual(['reasoning.budgetTokens']);
  });
});
