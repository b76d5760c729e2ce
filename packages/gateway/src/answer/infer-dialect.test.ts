import { describe, expect, it } from '@jest/globals';

import { inferDialect } from './infer-dialect.js';

const body = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('the dialect of a body', () => {
  it.each([
    [{ messages: [] }, 'openai-chat'],
    [{ input: 'hi' }, 'openai-responses'],
    [{ contents: [] }, 'gemini'],
  ])('of %j', (value, dialect) => {
    expect(inferDialect(body(value), {})).toBe(dialect);
  });

  it('is Messages when its header says so', () => {
    expect(inferDialect(body({ messages: [] }), { 'anthropic-version': '2023-06-01' })).toBe('anthropic-messages');
  });

  it.each([[{ prompt: 'hi' }], [null], [[]], ['text']])('is not known of %j', (value) => {
    expect(() => inferDialect(body(value), {})).toThrow('none of messages, input and contents');
  });

  it('is not known of what is no JSON', () => {
    expect(() => inferDialect(Buffer.from('{'), {})).toThrow('the body is not valid JSON');
  });
});
