import type { Observation } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import { createKeyStore, IN_MEMORY, openDatabase } from '@claudette/ledger';
import type { KeyStore } from '@claudette/ledger';
import { createFakeClock } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createAuthenticate } from './authenticate.js';
import type { Authenticate } from './authenticate.js';

const database = openDatabase(IN_MEMORY);
const observations: Observation[] = [];
let keys: KeyStore;
let authenticate: Authenticate;
let ada: { readonly id: string; readonly key: string };

beforeAll(() => {
  keys = createKeyStore({ database, clock: createFakeClock() });
  authenticate = createAuthenticate('keys', keys, (observation) => observations.push(observation));
  ada = keys.create({ name: 'Ada' });
});
beforeEach(() => void observations.splice(0));
afterAll(() => void database.close());

const refusal = (headers: Record<string, string>): GatewayError => {
  try {
    authenticate(headers);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
  }
  throw new Error('nobody was refused');
};

describe('keys mode', () => {
  it.each(['authorization', 'x-api-key', 'x-goog-api-key'])('takes a key from %s', (name) => {
    const value = name === 'authorization' ? `Bearer ${ada.key}` : ada.key;
    expect(authenticate({ [name]: value })).toEqual({ id: ada.id, name: 'Ada' });
    expect(observations).toEqual([]);
  });

  it('does not mind how Bearer is written', () => {
    expect(authenticate({ authorization: `bearer  ${ada.key}` }).id).toBe(ada.id);
  });

  it('takes the first of a repeated header', () => {
    expect(authenticate({ 'x-api-key': [ada.key, 'other'] }).id).toBe(ada.id);
  });

  it('looks further where Authorization is of another scheme', () => {
    expect(authenticate({ authorization: 'Basic eDp5', 'x-api-key': ada.key }).id).toBe(ada.id);
  });

  it('refuses a request without a key, and says how to send one', () => {
    expect(refusal({})).toMatchObject({
      code: 'unauthenticated',
      detail:
        'a gateway key is required; send it as Authorization: Bearer, x-api-key or x-goog-api-key; claudette keys create makes one',
    });
    expect(observations).toEqual([{ kind: 'auth-failed', reason: 'missing' }]);
  });

  it('refuses an unknown key without repeating it', () => {
    const { message, code } = refusal({ 'x-api-key': 'claudette-guess' });
    expect([code, message.includes('the gateway key is unknown'), message.includes('guess')]).toEqual([
      'unauthenticated',
      true,
      false,
    ]);
    expect(observations).toEqual([{ kind: 'auth-failed', reason: 'unknown' }]);
  });

  it('refuses a revoked key', () => {
    const { key, id } = keys.create({ name: 'Bob' });
    keys.revoke(id);
    expect(refusal({ 'x-api-key': key }).detail).toMatch(/^the gateway key is revoked/);
    expect(observations).toEqual([{ kind: 'auth-failed', reason: 'revoked' }]);
  });
});

describe('open mode', () => {
  it('takes everybody for the local principal, whatever they send', () => {
    const open = createAuthenticate('open', keys, (observation) => observations.push(observation));
    expect([open({}), open({ 'x-api-key': 'anything' })]).toEqual([
      { id: 'local', name: 'local' },
      { id: 'local', name: 'local' },
    ]);
    expect(observations).toEqual([]);
  });
});
