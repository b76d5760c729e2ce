import { describe, expect, it } from '@jest/globals';

import { parseEntryFilter, parseListQuery } from './entry-query.js';
import type { QueryParameters } from './entry-query.js';

describe('the entries that a query means', () => {
  it.each<[QueryParameters, object]>([
    [{ key: 'abc*' }, { key: 'abc*' }],
    [{ tag: 'docs' }, { tag: 'docs' }],
    [{ operation: 'embed' }, { operation: 'embed' }],
    [
      { backend: 'claude', model: 'a/b' },
      { backend: 'claude', model: 'a/b' },
    ],
    [{ scope: 'team' }, { scope: { kind: 'team' } }],
    [{ scope: 'user:a:b' }, { scope: { kind: 'user', id: 'a:b' } }],
    [{ minAgeSeconds: '90' }, { minAgeMs: 90_000 }],
  ])('%j', (query, filter) => {
    expect(parseEntryFilter(query)).toEqual(filter);
  });

  it('are not said where the query says nothing', () => {
    expect(parseEntryFilter({})).toBeUndefined();
  });

  it('come in pages', () => {
    expect(parseListQuery({ tag: 'docs', limit: '5', cursor: 'm' })).toEqual({
      filter: { tag: 'docs' },
      limit: 5,
      cursor: 'm',
    });
  });
});

describe('a query', () => {
  it.each<[QueryParameters, string]>([
    [{ scope: 'everybody' }, 'scope must be one of key, user, team, shared, but is "everybody"'],
    [{ operation: 'chat' }, 'operation must be one of generate, count, embed, but is "chat"'],
    [{ key: '*'.repeat(257) }, 'key must have at most 256 characters'],
    [{ tag: 'x'.repeat(1_025) }, 'tag must have at most 1024 characters'],
    [{ tag: '' }, 'tag must not be empty'],
    [{ tag: ['a', 'b'] }, 'tag must be given once'],
    [{ minAgeSeconds: '-1' }, 'minAgeSeconds must be a whole number from 0 to 3153600000, but is "-1"'],
    [{ minAgeSeconds: '1e3' }, 'minAgeSeconds must be a whole number'],
    [
      { tga: 'docs' },
      'there is no parameter "tga"; there are key, tag, operation, backend, model, scope, minAgeSeconds',
    ],
    [{ limit: '5' }, 'there is no parameter "limit"'],
  ])('is refused with what is wrong and what may be: %j', (query, why) => {
    expect(() => parseEntryFilter(query)).toThrow(why);
    expect(() => parseEntryFilter(query)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it.each(['0', '1001', 'many', '1.5'])('is refused for a limit of %s', (limit) => {
    expect(() => parseListQuery({ limit })).toThrow('limit must be a whole number from 1 to 1000');
  });
});
