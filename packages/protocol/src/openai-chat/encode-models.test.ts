import { describe, expect, it } from '@jest/globals';

import { encodeModel, encodeModels } from './encode-models.js';
import { openaiChat } from './index.js';

const parse = (body: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(body));

describe('models for an OpenAI client', () => {
  it('are a list that says who serves each', () => {
    expect(parse(encodeModels([{ id: 'fast', ownedBy: 'claudette' }]))).toEqual({
      object: 'list',
      data: [{ id: 'fast', object: 'model', created: 0, owned_by: 'claudette' }],
    });
  });

  it('are one page, whatever part of it the client asks for', () => {
    const models = ['a', 'b'].map((id) => ({ id, ownedBy: 'lab' }));
    expect(parse(openaiChat.encodeModels(models, { limit: '1', after: 'a' }))).toEqual(parse(encodeModels(models)));
  });

  it('can be asked for one by one', () => {
    expect(parse(encodeModel({ id: 'm', ownedBy: 'lab' }))).toEqual({
      id: 'm',
      object: 'model',
      created: 0,
      owned_by: 'lab',
    });
  });
});
