import { describe, expect, it } from '@jest/globals';

import { asObject } from '../json/parse-reply.js';
import { between, block, call, encode, finish, lastResponse, start } from './__fixtures__/canonical-events.js';

describe('text', () => {
  it('is a part of a message item', () => {
    const place = { item_id: 'msg_chatcmpl-1_0', output_index: 0, content_index: 0 };
    const part = { type: 'output_text', text: 'hi', annotations: [], logprobs: [] };
    const item = { type: 'message', id: 'msg_chatcmpl-1_0', role: 'assistant' };
    expect(between(block('text', 0, 'hi'))).toEqual([
      { type: 'output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
      { type: 'content_part.added', ...place, part: { ...part, text: '' } },
      { type: 'output_text.delta', ...place, delta: 'hi', logprobs: [] },
      { type: 'output_text.done', ...place, text: 'hi', logprobs: [] },
      { type: 'content_part.done', ...place, part },
      { type: 'output_item.done', output_index: 0, item: { ...item, status: 'completed', content: [part] } },
    ]);
  });

  it('and refusals that follow one another are parts of one message', () => {
    const events = encode([
      start,
      ...block('text', 0, 'a'),
      ...block('text', 1, 'b'),
      ...block('refusal', 2, 'c'),
      finish,
    ]);
    expect(asObject(events.data.at(-1)?.['response'])?.['output']).toEqual([
      expect.objectContaining({
        content: [
          expect.objectContaining({ text: 'a' }),
          expect.objectContaining({ text: 'b' }),
          { type: 'refusal', refusal: 'c' },
        ],
      }),
    ]);
  });

  it('begins another message behind something else', () => {
    const events = between([...block('text', 0, 'a'), ...call(1), ...block('text', 2, 'b')]);
    expect(events.filter(({ type }) => type === 'output_item.done').map((event) => event['output_index'])).toEqual([
      0, 1, 2,
    ]);
    expect(events.map(({ type }) => type).slice(4, 7)).toEqual([
      'content_part.done',
      'output_item.done',
      'output_item.added',
    ]);
  });

  it('may go on while something else is written', () => {
    const events = between([
      { type: 'text-start', block: 0 },
      ...call(1),
      { type: 'text-delta', block: 0, text: 'a' },
      { type: 'text-end', block: 0 },
      ...block('text', 2, 'b'),
    ]);
    const done = events.filter(({ type }) => type === 'output_item.done');
    expect(done.map((event) => event['output_index'])).toEqual([1, 0, 2]);
    expect(done[1]?.['item']).toMatchObject({ content: [{ text: 'a' }] });
  });

  it('has its log probabilities in a delta without words, and in the whole', () => {
    const logprob = {
      token: 'é',
      bytes: [195, 169],
      logprob: -1,
      top_logprobs: [{ token: 'e', bytes: [101], logprob: -2 }],
    };
    const [open, delta] = block('text', 0, 'é');
    const events = between([
      ...[open, delta].filter((event) => event !== undefined),
      { type: 'text-logprobs', block: 0, tokens: [{ token: 'é', logprob: -1, top: [{ token: 'e', logprob: -2 }] }] },
      { type: 'text-end', block: 0 },
    ]);
    expect(events[3]).toMatchObject({ type: 'output_text.delta', delta: '', logprobs: [logprob] });
    expect(events[4]).toMatchObject({ type: 'output_text.done', text: 'é', logprobs: [logprob] });
    expect(events[5]).toMatchObject({ part: { logprobs: [logprob] } });
  });

  it('has its citations, for all of it where they do not say', () => {
    const place = { url: 'https://a.example', title: 'A', startIndex: 1, endIndex: 2 };
    const events = between([
      { type: 'text-start', block: 0 },
      { type: 'text-delta', block: 0, text: 'abc' },
      { type: 'text-citation', block: 0, citation: { url: 'https://b.example' } },
      { type: 'text-citation', block: 0, citation: place },
      { type: 'text-end', block: 0 },
    ]);
    const annotations = [
      { type: 'url_citation', url: 'https://b.example', title: '', start_index: 0, end_index: 3 },
      { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 1, end_index: 2 },
    ];
    expect(events[3]).toMatchObject({
      type: 'output_text.annotation.added',
      annotation_index: 0,
      annotation: annotations[0],
    });
    expect(events[4]).toMatchObject({ annotation_index: 1, annotation: annotations[1] });
    expect(events[6]).toMatchObject({ part: { annotations } });
  });
});

describe('a refusal', () => {
  it('is a part of its own kind', () => {
    const place = { item_id: 'msg_chatcmpl-1_0', output_index: 0, content_index: 0 };
    expect(between(block('refusal', 0, 'No.')).slice(1, -1)).toEqual([
      { type: 'content_part.added', ...place, part: { type: 'refusal', refusal: '' } },
      { type: 'refusal.delta', ...place, delta: 'No.' },
      { type: 'refusal.done', ...place, refusal: 'No.' },
      { type: 'content_part.done', ...place, part: { type: 'refusal', refusal: 'No.' } },
    ]);
  });

  it('that came without words gets some', () => {
    const response = lastResponse([start, { type: 'finish', reason: 'refusal' }]);
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'refusal', refusal: 'The model declined to answer.' }] }],
    });
  });

  it('that came with words gets no others', () => {
    const response = lastResponse([start, ...block('refusal', 0, 'No.'), { type: 'finish', reason: 'refusal' }]);
    expect(response).toMatchObject({ output: [{ content: [{ refusal: 'No.' }] }] });
  });
});
