import { describe, expect, it } from '@jest/globals';

import { digestRequest } from './cache-key.js';
import { createScope, sharedScope, toKeyScope } from './scope.js';
import { aCall } from './__fixtures__/calls.js';

describe('a scope', () => {
  it('is the gateway key of the principal', () => {
    expect(toKeyScope({ id: 'k1', name: 'Ada' })).toEqual({ kind: 'key', id: 'k1' });
  });

  it('cannot be nameless', () => {
    expect(() => createScope('team', '')).toThrow('a cache scope of kind team needs an id');
  });

  it('is not shared by different kinds of the same id', () => {
    const call = aCall();
    const digests = [createScope('key', 'a'), createScope('user', 'a'), createScope('team', 'a'), sharedScope].map(
      (scope) => digestRequest(call, scope),
    );
    expect(new Set(digests).size).toBe(4);
  });

  it('is required by the type, and only the functions of this module make one', () => {
    const compiles = (): void => {
      // @ts-expect-error no scope
      digestRequest(aCall());
      // @ts-expect-error not a scope, although it looks like one
      digestRequest(aCall(), { kind: 'key', id: 'from-a-header' });
      // @ts-expect-error a header is not a scope
      digestRequest(aCall(), 'from-a-header');
    };
    expect(compiles).toBeInstanceOf(Function);
  });
});
