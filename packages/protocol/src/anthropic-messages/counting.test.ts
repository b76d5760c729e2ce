import { describe, expect, it } from '@jest/globals';

import { counting } from './counting.js';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const parse = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());
const target = { model: 'claude', options: {}, defaultMaxOutputTokens: 100 };
const messages = [{ role: 'user', content: 'hi' }];

describe('counting', () => {
  it('asks where the API counts', () => {
    expect(counting.requestPath('claude')).toBe('/v1/messages/count_tokens');
  });

  it('reads a request that has no limit', () => {
    const request = counting.decodeRequest(bytes({ model: 'auto', messages, tools: [] }));
    expect(request).toEqual({
      model: 'auto',
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      stream: false,
      streamUsage: true,
      tools: [],
      foreign: [],
    });
  });

  it('names the field that is wrong', () => {
    expect(() => counting.decodeRequest(bytes({ messages }))).toThrow(
      expect.objectContaining({ code: 'invalid_request', detail: 'model must be a string, but is undefined' }),
    );
  });

  it('writes what counts, and nothing that only shapes the answer', () => {
    const thinking = { type: 'enabled', budget_tokens: 5000 };
    const asked = { model: 'auto', messages, system: 's', thinking, max_tokens: 10, temperature: 1, stream: true };
    const { body, losses } = counting.encodeRequest(counting.decodeRequest(bytes(asked)), target);
    expect(parse(body)).toEqual({
      model: 'claude',
      system: [{ type: 'text', text: 's' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      thinking,
    });
    expect(losses).toEqual([]);
  });

  it('lists what gets lost of the prompt', () => {
    const request = counting.decodeRequest(bytes({ model: 'auto', messages }));
    const foreign = [{ dialect: 'gemini' as const, path: 'cachedContent', value: 'c' }];
    expect(counting.encodeRequest({ ...request, foreign }, target).losses).toEqual([
      { path: 'cachedContent', reason: 'only gemini knows it' },
    ]);
  });

  it("changes nothing but the model of a client's own body", () => {
    const body = Buffer.from('{ "model":"auto",  "messages":[] }');
    const request = counting.decodeRequest(body);
    expect(Buffer.from(counting.patchRequest(body, request, target)).toString()).toBe(
      '{ "model":"claude",  "messages":[] }',
    );
  });

  it('reads and writes the count', () => {
    expect(counting.decodeReply(bytes({ input_tokens: 14, context_management: {} }))).toBe(14);
    expect(parse(counting.encodeReply(14))).toEqual({ input_tokens: 14 });
  });

  it.each(['{}', '{"input_tokens":"1"}', '[]', '{'])('refuses the reply %s', (body) => {
    expect(() => counting.decodeReply(Buffer.from(body))).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_reply' }),
    );
  });
});
