import { describe, expect, it } from '@jest/globals';

import { readPlainText } from './plain-text.js';

const content = { parts: [{ text: 'hi' }], role: 'model' };
const candidate = { content, index: 0 };
const chunk = { candidates: [candidate], usageMetadata: {}, modelVersion: 'm', responseId: 'r', createTime: 't' };

describe('the plain text of a chunk', () => {
  it('is what it adds to the first candidate', () => {
    expect(readPlainText(chunk)).toBe('hi');
  });

  it.each([
    ['has no candidates', { ...chunk, candidates: undefined }],
    ['has several candidates', { ...chunk, candidates: [candidate, { ...candidate, index: 1 }] }],
    ['has something beside the candidates', { ...chunk, promptFeedback: {} }],
    ['ends the candidate', { ...chunk, candidates: [{ ...candidate, finishReason: 'STOP' }] }],
    ['is about another candidate', { ...chunk, candidates: [{ ...candidate, index: 1 }] }],
    ['has several parts', { ...chunk, candidates: [{ content: { parts: [{ text: 'a' }, { text: 'b' }] } }] }],
    ['has a thought', { ...chunk, candidates: [{ content: { parts: [{ text: 'a', thought: true }] } }] }],
    ['adds nothing', { ...chunk, candidates: [{ content: { parts: [{ text: '' }] } }] }],
    ['adds no text', { ...chunk, candidates: [{ content: { parts: [{ text: 1 }] } }] }],
    ['has a part that is null', { ...chunk, candidates: [{ content: { parts: [null] } }] }],
    ['has no content', { ...chunk, candidates: [{}] }],
    ['has a candidate that is null', { ...chunk, candidates: [null] }],
  ])('is not known where it %s', (_what, other) => {
    expect(readPlainText(other)).toBeUndefined();
  });
});
