import { describe, expect, it } from '@jest/globals';

import { readPlainText } from './plain-text.js';

const choice = { index: 0, delta: { content: 'hi' }, finish_reason: null };
const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', usage: null, choices: [choice] };

describe('the plain text of a chunk', () => {
  it('is what it adds to the first choice', () => {
    expect(readPlainText(chunk)).toBe('hi');
  });

  it.each([
    ['has no choices', { ...chunk, choices: [] }],
    ['has several choices', { ...chunk, choices: [choice, { ...choice, index: 1 }] }],
    ['has something beside the choices', { ...chunk, usage: { prompt_tokens: 1 } }],
    ['ends the choice', { ...chunk, choices: [{ ...choice, finish_reason: 'stop' }] }],
    ['is about another choice', { ...chunk, choices: [{ ...choice, index: 1 }] }],
    ['says more than text', { ...chunk, choices: [{ ...choice, delta: { content: 'hi', refusal: 'no' } }] }],
    ['adds nothing', { ...chunk, choices: [{ ...choice, delta: { content: '' } }] }],
    ['adds no text', { ...chunk, choices: [{ ...choice, delta: { content: ['hi'] } }] }],
    ['has no delta', { ...chunk, choices: [{ index: 0 }] }],
    ['has a choice that is null', { ...chunk, choices: [null] }],
  ])('is not known where it %s', (_what, other) => {
    expect(readPlainText(other)).toBeUndefined();
  });
});
