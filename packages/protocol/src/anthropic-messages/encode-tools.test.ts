import { describe, expect, it } from '@jest/globals';

import { encode, lostPaths } from './__fixtures__/encoded-request.js';

const tools = [{ name: 'f' }];

describe('tools for Anthropic', () => {
  it('sends a tool that takes text as a function of one text, and lists its grammar', () => {
    const format = { type: 'grammar', syntax: 'lark', definition: 'start: "a"' };
    const { body, losses } = encode({
      tools: [
        { name: 'f', takesText: { format: { type: 'text' } } },
        { name: 'g', takesText: { format } },
      ],
    });
    const input_schema = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
    expect(body['tools']).toEqual([
      { name: 'f', input_schema },
      { name: 'g', input_schema },
    ]);
    expect(losses).toEqual([{ path: 'tools[1].takesText.format', reason: 'Anthropic tools have no grammar' }]);
  });

  it.each([
    ['auto', 'auto'],
    ['required', 'any'],
  ] as const)('offers all tools where only some are allowed, and says so: %s', (mode, type) => {
    const { body, losses } = encode({ tools, toolChoice: { kind: 'allowed', mode, names: ['f'] } });
    expect(body['tool_choice']).toEqual({ type });
    expect(losses.map(({ path }) => path)).toEqual(['toolChoice']);
  });

  it('gives a tool without parameters an empty schema', () => {
    expect(encode({ tools }).body['tools']).toEqual([{ name: 'f', input_schema: { type: 'object', properties: {} } }]);
  });

  it.each([
    [{ toolChoice: { kind: 'required' } }, { type: 'any' }],
    [{ toolChoice: { kind: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [
      { toolChoice: { kind: 'tool', name: 'f' }, parallelToolCalls: true },
      { type: 'tool', name: 'f', disable_parallel_tool_use: false },
    ],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallelToolCalls: true }, undefined],
  ] as const)('sends the tool choice %j', (fields, choice) => {
    expect(encode({ tools, ...fields }).body['tool_choice']).toEqual(choice);
  });

  it.each([
    ['required', ['toolChoice']],
    ['auto', []],
  ] as const)('has no choice %s without tools', (kind, lost) => {
    const { body, losses } = encode({ toolChoice: { kind } });
    expect(body).not.toHaveProperty('tool_choice');
    expect(losses.map(({ path }) => path)).toEqual(lost);
  });

  it('lists the choice of a tool without tools', () => {
    expect(lostPaths({ toolChoice: { kind: 'tool', name: 'f' } })).toEqual(['toolChoice']);
  });
});
