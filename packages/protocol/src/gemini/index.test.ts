import { describe, expect, it } from '@jest/globals';

import { gemini } from './index.js';

describe('the Gemini codec', () => {
  it.each([
    [false, '/v1beta/models/gemini-2.5-flash:generateContent'],
    [true, '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse'],
  ])('says in the address whether to stream: %s', (stream, path) => {
    expect(gemini.requestPath('gemini-2.5-flash', stream)).toBe(path);
  });

  it('does not let a model name lead anywhere else', () => {
    expect(gemini.requestPath('../files?x=', false)).toBe('/v1beta/models/..%2Ffiles%3Fx%3D:generateContent');
  });

  it("returns the client's own body and a stream's usage as they are", () => {
    const bytes = Buffer.from('{"contents":[]}');
    const request = { model: 'm', messages: [], stream: true, streamUsage: true, tools: [], foreign: [] };
    const target = { model: 'n', options: {}, defaultMaxOutputTokens: 1 };
    expect(gemini.patchRequest(bytes, request, target)).toBe(bytes);
    expect(gemini.withholdUsage(bytes)).toBe(bytes);
  });

  it('has no heartbeat, on which the official reader would fail', () => {
    expect(gemini.heartbeat).toBeUndefined();
  });
});
