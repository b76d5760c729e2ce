import { describe, expect, it } from '@jest/globals';

import { createStoreError, parseStoreUrl } from './store-url.js';

const url = new URL('postgres://us%40er:s3cret@db.local:5433/app?sslmode=require');
const detailOf = (thrown: unknown, at = url): string => createStoreError(at, thrown).detail;
const error = (message: string, code?: string): Error => Object.assign(new Error(message), code && { code });

describe('the error for a store that cannot be opened', () => {
  it('says where the store is, why, and what to check', () => {
    expect(detailOf(error('connect ECONNREFUSED 127.0.0.1:5433'))).toBe(
      'the cache store postgres://db.local:5433/app cannot be opened: connect ECONNREFUSED 127.0.0.1:5433; ' +
        'check that it runs and is reachable there, and the user and password of its URL',
    );
  });

  it('has a code where there is no message', () => {
    expect(detailOf(error('', 'ECONNREFUSED'))).toContain('cannot be opened: ECONNREFUSED;');
  });

  it('says in its own words what the store would say with the name of the user', () => {
    expect(detailOf(error('password authentication failed for user "us@er"', '28P01'))).toContain(
      'cannot be opened: it refuses the password;',
    );
  });

  it.each([
    ['of the user', error('no entry for us@er', 'E1'), 'E1'],
    ['of a password', error('what is s3cret?'), 'it refuses the user'],
  ])('leaves out words %s', (_, thrown, said) => {
    expect(detailOf(thrown)).toContain(`cannot be opened: ${said};`);
  });

  it('leaves out credentials that stand behind the question mark', () => {
    const at = new URL('postgres://db.local/app?user=jane&password=hidden');
    expect([detailOf(error('jane?'), at), detailOf(error('hidden?'), at)].join()).not.toMatch(/jane|hidden/);
  });
});

describe('the URL of a store', () => {
  it('is read', () => {
    expect(parseStoreUrl('redis://h:1/2').host).toBe('h:1');
  });

  it.each(['redis://:p#w@h', '://s3cret'])('that cannot be read is not repeated: %s', (text) => {
    expect(() => parseStoreUrl(text)).toThrow('the URL of the cache store cannot be read');
  });
});
