import { describe, expect, it } from '@jest/globals';

import { decodeNewKey, decodeRotation } from './key-requests.js';

const bytes = (tree: unknown): Buffer => Buffer.from(JSON.stringify(tree));

describe('a request for a key', () => {
  it('says what it is for', () => {
    const asked = { name: 'ci', role: 'viewer', user: 'ada', team: 'core', models: ['fast'] };
    expect(decodeNewKey(bytes({ ...asked, expires: '1h' }))).toEqual({ ...asked, expiresInMs: 3_600_000 });
  });

  it('needs only a name', () => {
    expect(decodeNewKey(bytes({ name: 'ci' }))).toEqual({ name: 'ci', expiresInMs: undefined });
  });

  it.each([
    [{}, 'name: '],
    [{ name: 'ci', role: 'root' }, 'role: '],
    [{ name: 'ci', models: 'fast' }, 'models: '],
    [{ name: 'ci', models: [] }, 'models: '],
    [{ name: 'ci', expires: 30 }, 'expires: '],
    [{ name: 'ci', expires: 'soon' }, 'expires: must be a number of seconds, minutes, hours or days'],
    [{ name: 'ci', rolle: 'admin' }, 'rolle'],
    ['ci', 'the body: '],
  ])('is not %j', (tree, why) => {
    expect(() => decodeNewKey(bytes(tree))).toThrow(why);
  });

  it('has to be JSON', () => {
    expect(() => decodeNewKey(Buffer.from('name=ci'))).toThrow('the body is not valid JSON');
  });
});

describe('a request to rotate a key', () => {
  it('may be empty', () => {
    expect(decodeRotation(Buffer.alloc(0))).toEqual({ graceMs: undefined, expiresInMs: undefined });
  });

  it('says how long the key before is good, and the new one', () => {
    expect(decodeRotation(bytes({ grace: '24h', expires: '1d' }))).toEqual({
      graceMs: 86_400_000,
      expiresInMs: 86_400_000,
    });
  });
});
