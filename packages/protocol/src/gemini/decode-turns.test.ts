import { describe, expect, it } from '@jest/globals';

import { decodeRequest } from './decode-request.js';

const decode = (fields: object) => decodeRequest(Buffer.from(JSON.stringify(fields)), { model: 'm', stream: false });

describe('turns of the model', () => {
  it('takes the chunks of a streamed answer for one turn, each signature behind what it signs', () => {
    const model = (...parts: object[]): object => ({ role: 'model', parts });
    const contents = [
      model({ text: 'Hm', thought: true }),
      model({ text: 'm.', thought: true, thoughtSignature: 'czE=' }),
      model({ text: 'More.', thought: true }),
      model({ text: 'Yes' }),
      model({ text: '!' }),
      model({ text: '', thoughtSignature: 'czI=' }),
      model(),
      model({ text: 'End.' }),
    ];
    const state = (data: string): object => ({ dialect: 'gemini', kind: 'signature', data });
    expect(decode({ contents }).messages).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hmm.', state: state('czE=') },
          { type: 'reasoning', text: 'More.' },
          { type: 'text', text: 'Yes!', state: state('czI=') },
          { type: 'text', text: 'End.' },
        ],
      },
    ]);
  });
});
