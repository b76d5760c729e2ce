import { describe, expect, it } from '@jest/globals';

import { decodeRest, created, end, added, done, inPart, thought, stop } from './__fixtures__/wire-events.js';

describe('reasoning', () => {
  const item = { type: 'reasoning', id: 'rs_1', summary: [] };
  const summary = [{ type: 'summary_text', text: 'hm' }];
  const inSummary = (type: string, fields: object, index = 0): object => ({
    type: `response.${type}`,
    output_index: 0,
    summary_index: index,
    ...fields,
  });

  it.each([
    ['in deltas without a beginning', [inSummary('reasoning_summary_text.delta', { delta: 'hm' }), done(item)]],
    ['in its done event only', [added(item), inSummary('reasoning_summary_text.done', { text: 'hm' }), done(item)]],
    ['in the part only', [inSummary('reasoning_summary_part.done', { part: summary[0] }), done(item)]],
    ['in the item only', [done({ ...item, summary })]],
    ['as text', [added(item), inPart('reasoning_text.delta', { delta: 'hm' }), done(item)]],
    ['as text in its done event only', [inPart('reasoning_text.done', { text: 'hm' }), done(item)]],
    ['as text by its other name', [inPart('reasoning.delta', { delta: 'hm' }), done(item)]],
    [
      'as text in a part',
      [
        inPart('content_part.added', { part: { type: 'reasoning_text', text: '' } }),
        inPart('content_part.done', { part: { type: 'reasoning_text', text: 'hm' } }),
        done(item),
      ],
    ],
    ['as text in the item only', [done({ ...item, content: [{ type: 'reasoning_text', text: 'hm' }] })]],
  ])('may come %s', (_, events) => {
    expect(decodeRest(created, ...events)).toEqual(thought);
  });

  it('ends with the response where its item does not', () => {
    const events = [added(item), inSummary('reasoning_summary_text.delta', { delta: 'hm' }), end()];
    expect(decodeRest(created, ...events)).toEqual([...thought, stop]);
  });

  it('has a blank line between its summaries', () => {
    const events = decodeRest(created, done({ ...item, summary: [...summary, { text: 'so' }] }));
    expect(events.slice(2, -1)).toEqual([
      { type: 'reasoning-delta', block: 0, text: '\n\n' },
      { type: 'reasoning-delta', block: 0, text: 'so' },
    ]);
  });

  it('may be for OpenAI alone', () => {
    expect(decodeRest(created, done({ type: 'reasoning', encrypted_content: 'gAAA' }))[1]).toEqual({
      type: 'reasoning-end',
      block: 0,
      state: { dialect: 'openai-responses', kind: 'encrypted', data: 'gAAA' },
    });
  });
});
