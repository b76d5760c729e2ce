import { describe, expect, it } from '@jest/globals';

import { decode, decodeRest, created, end, added, done, call, called } from './__fixtures__/wire-events.js';

describe('tool calls', () => {
  const inCall = (type: string, fields: object): object => ({ type: `response.${type}`, output_index: 0, ...fields });
  const whole = { ...call, arguments: '{}' };

  it.each([
    ['in deltas', [added(call), inCall('function_call_arguments.delta', { delta: '{}' }), done(whole)]],
    [
      'in their done event only',
      [added(call), inCall('function_call_arguments.done', { arguments: '{}' }), done(call)],
    ],
    ['in the item only', [added(call), done(whole)]],
    ['without a beginning', [inCall('function_call_arguments.delta', { delta: '{}' }), done(whole)]],
    [
      'without a beginning, in their done event',
      [inCall('function_call_arguments.done', { arguments: '{}' }), done(whole)],
    ],
  ])('may have their arguments %s', (_, events) => {
    expect(decodeRest(created, ...events)).toEqual(called);
  });

  it('end with the response where their items do not', () => {
    const events = [added(call), inCall('function_call_arguments.delta', { delta: '{}' }), end()];
    expect(decodeRest(created, ...events)).toEqual([...called, { type: 'finish', reason: 'tool-calls' }]);
  });

  it('may take text', () => {
    const custom = { type: 'custom_tool_call', call_id: 'call_1', name: 'f', input: 'x' };
    expect(decodeRest(created, inCall('custom_tool_call_input.done', { input: 'x' }), done(custom))).toEqual([
      { ...called[0], takesText: true },
      { type: 'tool-call-delta', block: 0, arguments: 'x' },
      called[2],
    ]);
  });

  it('have an id, though the vendor may give them none', () => {
    expect(decodeRest(created, done({ ...whole, call_id: undefined }))[0]).toMatchObject({ id: 'fc_1' });
    expect(decodeRest(created, done({ type: 'function_call', name: 'f' }))[0]).toMatchObject({ id: 'call_resp_1_0' });
  });

  it('of programs say so as foreign', () => {
    const caller = { type: 'program', caller_id: 'p' };
    expect(decodeRest(created, done({ ...whole, caller, tags: [] })).at(-2)).toEqual({
      type: 'foreign',
      path: 'output[0].caller',
      value: caller,
    });
    expect(decodeRest(created, done({ ...whole, caller: { type: 'direct' } }))).toEqual(called);
  });

  it('need a name', () => {
    expect(() => decode(created, added({ ...call, name: '' }))).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_reply', message: expect.stringContaining('output[0]') }),
    );
  });
});
