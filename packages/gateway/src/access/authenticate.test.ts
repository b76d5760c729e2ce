import type { Observation } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import { createKeyStore, IN_MEMORY, openDatabase } from '@claudette/ledger';
import type { KeyStore } from '@claudette/ledger';
import { createFakeClock } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createAuthenticate } from './authenticate.js';
import type { Authenticate, RequestSource } from './authenticate.js';
import { createFailedAttempts } from './failed-attempts.js';

const database = openDatabase(IN_MEMORY);
const observations: Observation[] = [];
const clock = createFakeClock();
let keys: KeyStore;
let authenticate: Authenticate;
let ada: { readonly id: string; readonly key: string };

const start = (mode: 'open' | 'keys'): Authenticate =>
  createAuthenticate({
    mode,
    keys,
    failedAttempts: createFailedAttempts({ clock, maxPerMinute: 2 }),
    observe: (observation) => observations.push(observation),
  });

beforeAll(() => {
  keys = createKeyStore({ database, clock });
  authenticate = start('keys');
  ada = keys.create({ name: 'Ada' });
});
beforeEach(() => void observations.splice(0));
afterAll(() => void database.close());

const refusal = (headers: Record<string, string>, source?: RequestSource): GatewayError => {
  try {
    authenticate(headers, source);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
  }
  throw new Error('nobody was refused');
};

describe('keys mode', () => {
  it.each(['authorization', 'x-api-key', 'x-goog-api-key'])('takes a key from %s', (name) => {
    const value = name === 'authorization' ? `Bearer ${ada.key}` : ada.key;
    expect(authenticate({ [name]: value })).toEqual({ id: ada.id, name: 'Ada', role: 'client' });
    expect(observations).toEqual([]);
  });

  it('knows the person and the team that the key was made for', () => {
    const { key, id } = keys.create({ name: 'Eve', user: 'eve', team: 'core' });
    expect(authenticate({ 'x-api-key': key })).toEqual({ id, name: 'Eve', role: 'client', user: 'eve', team: 'core' });
  });

  it('knows the role of the key and the models that it may use', () => {
    const { key } = keys.create({ name: 'Kim', role: 'admin', models: ['fast'] });
    expect(authenticate({ 'x-api-key': key })).toMatchObject({ role: 'admin', models: ['fast'] });
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

  it('refuses an expired key', () => {
    const { key } = keys.create({ name: 'Tom', expiresInMs: 10 });
    clock.advance(10);
    expect(refusal({ 'x-api-key': key }).detail).toMatch(/^the gateway key is expired/);
    expect(observations).toEqual([{ kind: 'auth-failed', reason: 'expired' }]);
  });

  it('refuses a key that another one took the place of', () => {
    const { key } = keys.create({ name: 'Ann' });
    keys.rotate('Ann');
    expect(refusal({ 'x-api-key': key }).detail).toMatch(/^the gateway key is rotated/);
    expect(observations).toEqual([{ kind: 'auth-failed', reason: 'rotated' }]);
  });
});

describe('a key in the URL', () => {
  it.each([
    '/v1/models?key=x',
    '/v1beta/models/m:generateContent?alt=sse&key=x',
    '/v1/chat/completions?api_key=x',
    '/v1/chat/completions?access_token=x',
    `/api/admin/cache?tag=claudette-${'A'.repeat(43)}`,
  ])('is refused with the reason, whatever the headers say: %s', (url) => {
    for (const mode of ['open', 'keys'] as const) {
      expect(() => start(mode)({ 'x-api-key': ada.key }, { url })).toThrow('a key in the URL is no secret any more');
    }
    expect(observations).toEqual([
      { kind: 'auth-failed', reason: 'in-url' },
      { kind: 'auth-failed', reason: 'in-url' },
    ]);
  });

  it.each(['/v1/models', '/v1/models?limit=1&monkey=x', '/api/admin/cache?key=*:chat/*', '/v1/models/key=x'])(
    'is not what this is: %s',
    (url) => {
      expect(authenticate({ 'x-api-key': ada.key }, { url }).id).toBe(ada.id);
    },
  );
});

describe('somebody who tries keys', () => {
  const guess = { 'x-api-key': 'claudette-guess' };
  const codes = (ip: string, times: number): string[] =>
    Array.from({ length: times }, () => refusal(guess, { ip }).code);

  it('is told to wait, and how long', () => {
    expect(codes('10.0.0.1', 3)).toEqual(['unauthenticated', 'unauthenticated', 'too_many_failures']);
    clock.advance(1_000);
    const error = refusal(guess, { ip: '10.0.0.1' });
    expect(error).toMatchObject({ status: 429, retryAfterMs: 59_000, detail: expect.stringContaining('wait 59 s') });
  });

  it('is counted all the while', () => {
    codes('10.0.0.2', 4);
    expect(observations).toEqual(Array(4).fill({ kind: 'auth-failed', reason: 'unknown' }));
  });

  it('does not lock out a good key from the same address', () => {
    codes('10.0.0.3', 5);
    expect(authenticate({ 'x-api-key': ada.key }, { ip: '10.0.0.3' }).id).toBe(ada.id);
  });

  it('does not have to wait for having sent none', () => {
    const sent = Array.from({ length: 4 }, () => refusal({}, { ip: '10.0.0.4' }).code);
    expect(new Set(sent)).toEqual(new Set(['unauthenticated']));
  });
});

describe('open mode', () => {
  it('takes everybody for the local principal, whatever they send', () => {
    const open = start('open');
    const local = { id: 'local', name: 'local', role: 'admin' };
    expect([open({}), open({ 'x-api-key': 'anything' })]).toEqual([local, local]);
    expect(observations).toEqual([]);
  });
});
