import { describe, expect, it } from '@jest/globals';

import { encodeModel, encodeModels } from './encode-models.js';

const parse = (body: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(body));
const model = { type: 'model', id: 'm', display_name: 'm', created_at: '1970-01-01T00:00:00Z' };

describe('models for an Anthropic client', () => {
  it('are one page', () => {
    expect(parse(encodeModels([{ id: 'm', ownedBy: 'lab' }]))).toEqual({
      data: [model],
      has_more: false,
      first_id: 'm',
      last_id: 'm',
    });
  });

  it('are an empty page when there are none', () => {
    expect(parse(encodeModels([]))).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });

  it('can be asked for one by one', () => {
    expect(parse(encodeModel({ id: 'm', ownedBy: 'lab' }))).toEqual(model);
  });
});
