import { describe, expect, it } from '@jest/globals';

import { encodeModel, encodeModels } from './encode-models.js';

const parse = (body: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(body));
const model = { type: 'model', id: 'm', display_name: 'm', created_at: '1970-01-01T00:00:00Z' };

describe('models for an Anthropic client', () => {
  it('are one page when they are few', () => {
    expect(parse(encodeModels([{ id: 'm', ownedBy: 'lab' }], {}))).toEqual({
      data: [model],
      has_more: false,
      first_id: 'm',
      last_id: 'm',
    });
  });

  it('are an empty page when there are none', () => {
    expect(parse(encodeModels([], {}))).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });

  it('can be asked for one by one', () => {
    expect(parse(encodeModel({ id: 'm', ownedBy: 'lab' }))).toEqual(model);
  });

  const many = Array.from({ length: 25 }, (_, index) => ({ id: `m${index}`, ownedBy: 'lab' }));
  const page = (query: Record<string, string>) => {
    const { data, ...rest } = parse(encodeModels(many, query)) as { data: readonly { id: string }[] };
    return [data.map(({ id }) => id).join(), rest];
  };
  const ids = (from: number, to: number): string =>
    many
      .slice(from, to)
      .map(({ id }) => id)
      .join();

  it.each([
    ['the first twenty', {}, 0, 20, true],
    ['all that a large limit allows', { limit: '1000' }, 0, 25, false],
    ['what follows an id', { after_id: 'm19' }, 20, 25, false],
    ['no more than the limit behind an id', { after_id: 'm1', limit: '3' }, 2, 5, true],
    ['what stands right before an id', { before_id: 'm10', limit: '4' }, 6, 10, true],
    ['the beginning before an id', { before_id: 'm2' }, 0, 2, false],
  ])('are shown page by page: %s', (_what, query, from, to, more) => {
    expect(page(query)).toEqual([ids(from, to), { has_more: more, first_id: `m${from}`, last_id: `m${to - 1}` }]);
  });

  it('are an empty page behind the last one', () => {
    expect(page({ after_id: 'm24' })).toEqual(['', { has_more: false, first_id: null, last_id: null }]);
  });

  it.each([
    [{ limit: '0' }, 'limit must be an integer from 1 to 1000, but is "0"'],
    [{ limit: '1001' }, 'limit must be an integer from 1 to 1000, but is "1001"'],
    [{ limit: 'all' }, 'limit must be an integer from 1 to 1000, but is "all"'],
    [{ after_id: 'x' }, 'after_id must be the id of a listed model, but is "x"'],
    [{ before_id: 'x' }, 'before_id must be the id of a listed model, but is "x"'],
    [{ after_id: 'm1', before_id: 'm3' }, 'before_id must be absent where after_id is given, but is "m3"'],
  ])('are refused for the query %j', (query, detail) => {
    expect(() => encodeModels(many, query)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });
});
