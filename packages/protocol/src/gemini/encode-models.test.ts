import { describe, expect, it } from '@jest/globals';

import { encodeModel, encodeModels } from './encode-models.js';

const parse = (body: Uint8Array): Record<string, unknown> =>
  JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
const listed = (...ids: string[]) => ids.map((id) => ({ id, ownedBy: 'lab' }));
const wire = (id: string) => ({
  name: `models/${id}`,
  displayName: id,
  supportedGenerationMethods: ['generateContent', 'countTokens'],
});
const page = (query: Record<string, string>, ids = ['a', 'b', 'c']) => {
  const { models, nextPageToken } = parse(encodeModels(listed(...ids), query));
  return [(models as { displayName: string }[]).map(({ displayName }) => displayName).join(''), nextPageToken];
};

describe('models for a Gemini client', () => {
  it('are one page when they are few', () => {
    expect(parse(encodeModels(listed('m', 'lab/n'), {}))).toEqual({ models: [wire('m'), wire('lab/n')] });
  });

  it('come in pages of the size that was asked for', () => {
    expect(page({ pageSize: '2' })).toEqual(['ab', 'c']);
    expect(page({ pageSize: '2', pageToken: 'c' })).toEqual(['c', undefined]);
    expect(page({ pageSize: '3', pageToken: '' })).toEqual(['abc', undefined]);
  });

  it('come 50 at a time by themselves and 1000 at most', () => {
    const ids = Array.from({ length: 1001 }, (_, index) => String(index));
    expect(page({}, ids)[1]).toBe('50');
    expect(page({ pageSize: '0' }, ids)[1]).toBe('50');
    expect(page({ pageSize: '9999' }, ids)[1]).toBe('1000');
  });

  it.each([
    [{ pageSize: '-1' }, 'pageSize must be a whole number, but is "-1"'],
    [{ pageSize: 'all' }, 'pageSize must be a whole number, but is "all"'],
    [{ pageToken: 'x' }, 'pageToken must be the nextPageToken of an earlier page, but is "x"'],
  ])('are refused for %j', (query, detail) => {
    expect(() => encodeModels(listed('a'), query)).toThrow(
      expect.objectContaining({ code: 'invalid_request', detail }),
    );
  });

  it('can be asked for one by one', () => {
    expect(parse(encodeModel({ id: 'm', ownedBy: 'lab' }))).toEqual(wire('m'));
  });
});
