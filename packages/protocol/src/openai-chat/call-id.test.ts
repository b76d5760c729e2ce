import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dialectIds } from '@claudette/core';
import type { OpaqueState } from '@claudette/core';

import { readCallId, writeCallId } from './call-id.js';

const state = fc.record({
  dialect: fc.constantFrom(...dialectIds),
  kind: fc.constantFrom('signature' as const, 'encrypted' as const),
  data: fc.string(),
});
const id = fc.stringMatching(/^[\w-]{1,30}$/);

describe('the id of a tool call', () => {
  it('brings back its own state and that of all reasoning in order', () => {
    const thoughts = fc.array(fc.tuple(fc.string(), state), { maxLength: 3 });
    fc.assert(
      fc.property(id, fc.option(state, { nil: undefined }), thoughts, (own, ownState, thought) => {
        const states: OpaqueState[] = thought.map(([text, one]) => ({ ...one, text }));
        const joined = writeCallId(own, ownState === undefined ? states : [ownState, ...states]);
        expect(readCallId(joined)).toEqual({
          id: own,
          reasoning: thought.map(([text, one]) => ({ type: 'reasoning', text, state: one })),
          ...(ownState && { state: ownState }),
        });
      }),
    );
  });

  it('is what the provider made when nothing rides on it', () => {
    expect(writeCallId('call_1', [])).toBe('call_1');
    expect(readCallId('call_1')).toEqual({ id: 'call_1', reasoning: [] });
  });
});
