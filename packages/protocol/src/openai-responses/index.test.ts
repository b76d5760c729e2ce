import { describe, expect, it } from '@jest/globals';

import { openaiResponses } from './index.js';

describe('the Responses codec', () => {
  it('has one path, streaming or not', () => {
    expect(openaiResponses.requestPath('m', true)).toBe('/responses');
    expect(openaiResponses.requestPath('m', false)).toBe('/responses');
  });

  it('withholds nothing: its streams always tell the usage', () => {
    const frames = Buffer.from('data: {"type":"response.completed","response":{"usage":{}}}\n\n');
    expect(openaiResponses.withholdUsage(frames)).toBe(frames);
  });

  it('keeps idle streams open with a comment', () => {
    expect(Buffer.from(openaiResponses.heartbeat ?? []).toString()).toMatch(/^:.*\n\n$/);
  });
});
