import { describe, expect, it } from '@jest/globals';

import { readGeminiPath } from './gemini-path.js';

describe('a Gemini path', () => {
  it('names the model before the last colon and the verb behind it', () => {
    expect(readGeminiPath('local/llama3:8b:generateContent', undefined)).toEqual({
      dialect: 'gemini',
      operation: 'generate',
      address: { model: 'local/llama3:8b', stream: false },
    });
  });

  it('streams as server-sent events when asked to, otherwise as an array', () => {
    expect(readGeminiPath('m:streamGenerateContent', 'sse')).not.toHaveProperty('framing');
    expect(readGeminiPath('m:streamGenerateContent', 'json')).toMatchObject({
      framing: 'json-array',
      address: { stream: true },
    });
  });

  it('counts tokens', () => {
    expect(readGeminiPath('m:countTokens', undefined)).toMatchObject({ operation: 'count' });
  });

  it.each(['m', 'm:embedEverything', ':generateContent', ''])('refuses %j and names the verbs', (path) => {
    expect(() => readGeminiPath(path, undefined)).toThrow(':generateContent, :streamGenerateContent, :countTokens');
  });
});
