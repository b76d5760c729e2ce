import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { dialectIds } from '@claudette/core';
import type { OpaqueState } from '@claudette/core';

import {
  holdsSealedState,
  joinCallId,
  noProof,
  readState,
  sealState,
  splitCallId,
  writeState,
} from './opaque-state.js';

const states: fc.Arbitrary<OpaqueState> = fc.record(
  {
    dialect: fc.constantFrom(...dialectIds),
    kind: fc.constantFrom('signature' as const, 'encrypted' as const),
    data: fc.string({ unit: 'binary', minLength: 1 }),
    id: fc.string(),
    text: fc.string(),
  },
  { requiredKeys: ['dialect', 'kind', 'data'] },
);

const signature: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'c2ln' };

describe('opaque state', () => {
  it('comes back from any other dialect as it was', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(readState(sealState(state), 'openai-chat', 'encrypted')).toEqual(state);
      }),
    );
  });

  it('stands as the provider wrote it in its own dialect', () => {
    expect(writeState(signature, 'gemini')).toBe('c2ln');
    expect(readState('c2ln', 'gemini', 'signature')).toEqual(signature);
  });

  it('rides on the id of a tool call, in letters that every dialect allows there', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,30}$/), states, (id, state) => {
        const joined = joinCallId(id, state);
        expect(joined).toMatch(/^[\w-]+$/);
        expect(splitCallId(joined)).toEqual({ id, state });
      }),
    );
    expect(joinCallId('call_1', undefined)).toBe('call_1');
    expect(splitCallId('call_1')).toEqual({ id: 'call_1' });
  });

  it('is none where a proof was asked for and there was none', () => {
    expect(readState(noProof('gemini', 'signature'), 'gemini', 'signature')).toBeUndefined();
    expect(readState('', 'gemini', 'signature')).toBeUndefined();
    expect(holdsSealedState(Buffer.from(noProof('gemini', 'signature')))).toBe(true);
  });

  it.each(['clst_', 'clst_e30', `clst_${Buffer.from('["other","signature","x",null]').toString('base64url')}`])(
    'is the provider’s own when it only looks sealed: %s',
    (text) => {
      expect(readState(text, 'gemini', 'signature')).toEqual({ dialect: 'gemini', kind: 'signature', data: text });
      expect(splitCallId(`call_1__${text}`)).toEqual({ id: `call_1__${text}` });
    },
  );

  it('is found in a client’s bytes', () => {
    expect(holdsSealedState(Buffer.from(JSON.stringify({ id: joinCallId('a', signature) })))).toBe(true);
    expect(holdsSealedState(Buffer.from('{}'))).toBe(false);
  });
});
