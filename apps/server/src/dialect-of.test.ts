import { describe, expect, it } from '@jest/globals';

import { dialectOf } from './dialect-of.js';

describe('the dialect of a caller', () => {
  it.each([
    ['/v1/messages', {}, 'anthropic-messages'],
    ['/v1/messages/count_tokens?beta=true', {}, 'anthropic-messages'],
    ['/v1/responses', {}, 'openai-responses'],
    ['/v1beta/models', {}, 'gemini'],
    ['/v1beta/models/lab/qwen:generateContent', {}, 'gemini'],
    ['/v1/models/gemini-3.5-flash:streamGenerateContent?alt=sse', {}, 'gemini'],
    ['/v1/models', { 'anthropic-version': '2023-06-01' }, 'anthropic-messages'],
    ['/v1/models/llama3.2', { 'x-goog-api-key': 'k' }, 'gemini'],
    ['/v1/models', { 'x-goog-api-client': 'google-genai-sdk/2.32.0' }, 'gemini'],
    ['/v1/models/llama3:8b-instruct-q4', {}, 'openai-chat'],
    ['/v1/chat/completions', {}, 'openai-chat'],
    ['/nowhere', {}, 'openai-chat'],
  ] as const)('%s %j is %s', (path, headers, dialect) => {
    expect(dialectOf(path, headers)).toBe(dialect);
  });
});
