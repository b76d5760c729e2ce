import { describe, expect, it } from '@jest/globals';

import { digestRequest } from './cache-key.js';
import { createScope, sharedScope, toKeyScope, toScope } from './scope.js';
import { aCall } from '../__fixtures__/calls.js';

describe('a scope', () => {
  it('is the gateway key of the principal', () => {
    expect(toKeyScope({ id: 'k1', name: 'Ada' })).toEqual({ kind: 'key', id: 'k1' });
  });

  it.each([
    ['key', { kind: 'key', id: 'k1' }],
    ['user', { kind: 'user', id: 'ada' }],
    ['team', { kind: 'team', id: 'core' }],
    ['shared', { kind: 'shared', id: '' }],
  ] as const)('of kind %s is what the principal says of it', (kind, scope) => {
    expect(toScope(kind)({ id: 'k1', name: 'laptop', user: 'ada', team: 'core' })).toEqual(scope);
  });

  it.each(['user', 'team'] as const)('of kind %s is that of the key where none is known', (kind) => {
    for (const user of [undefined, '']) {
      expect(toScope(kind)({ id: 'k1', name: 'laptop', user, team: user })).toEqual({ kind: 'key', id: 'k1' });
    }
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
