import { describe, expect, it } from '@jest/globals';

import { repeatRequest } from './response-object.js';

const repeat = (request: object): object => repeatRequest(Buffer.from(JSON.stringify(request)));

describe('what a response repeats of its request', () => {
  it("is the client's own values", () => {
    const request = {
      background: true,
      frequency_penalty: 0.5,
      instructions: 'Be kind.',
      max_output_tokens: 9,
      max_tool_calls: 2,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      presence_penalty: -0.5,
      previous_response_id: 'resp_0',
      prompt_cache_key: 'k',
      reasoning: { effort: 'low', summary: 'auto' },
      safety_identifier: 's',
      service_tier: 'flex',
      store: true,
      temperature: 0,
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      tool_choice: { type: 'function', name: 'f' },
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
        { type: 'web_search' },
      ],
      top_logprobs: 3,
      top_p: 0,
      truncation: 'auto',
      user: 'u',
    };
    expect(repeat(request)).toEqual(request);
  });

  it('has what a function may leave out as null', () => {
    expect(repeat({ tools: [{ type: 'function', name: 'f' }] })).toMatchObject({
      tools: [{ type: 'function', name: 'f', description: null, parameters: null, strict: null }],
    });
  });

  it('tells no tier when the client left it open', () => {
    expect(repeat({ service_tier: 'auto' })).toMatchObject({ service_tier: 'default' });
  });

  it.each([
    ['there is none', undefined],
    ['it is not JSON', Buffer.from('{')],
    ['its fields are of other types', Buffer.from('{"temperature":"hot","tools":{},"text":1,"user":7,"store":"no"}')],
    ['its fields are null', Buffer.from('{"temperature":null,"tools":null,"tool_choice":null,"metadata":null}')],
  ])("is the API's defaults where %s", (_, body) => {
    expect(repeatRequest(body)).toEqual(repeat({}));
  });
});
