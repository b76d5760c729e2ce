import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import { createEventDecoder } from './decode-events.js';

const choice = (delta: object, finish: string | null = null): object => ({
  id: 'r',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

/** Without the `start` that each stream has. */
const decodeRest = (...chunks: object[]): ChatEvent[] =>
  createEventDecoder()
    .push(Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')))
    .slice(1);

describe('decoded citations', () => {
  const text = choice({ content: 'Tulips.' });
  const cite = (citation: object): object => ({ type: 'text-citation', block: 0, citation });
  const annotate = (fields: object): object =>
    choice({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example', ...fields } }] });

  it('have what the vendor says of them', () => {
    const [, , first, second] = decodeRest(text, annotate({}), annotate({ content: 'words', start_index: 0 }));
    expect([first, second]).toEqual([
      cite({ url: 'https://a.example' }),
      cite({ url: 'https://a.example', citedText: 'words', startIndex: 0 }),
    ]);
  });

  it('count from the beginning of their block', () => {
    const events = decodeRest(
      text,
      choice({ reasoning_content: 'hm' }),
      choice({ content: 'Roses.' }),
      annotate({ start_index: 7, end_index: 12 }),
      annotate({ start_index: 0, end_index: 9 }),
    );
    expect(events.slice(-2)).toEqual([
      { type: 'text-citation', block: 2, citation: { url: 'https://a.example', startIndex: 0, endIndex: 5 } },
      { type: 'text-citation', block: 2, citation: { url: 'https://a.example', endIndex: 2 } },
    ]);
  });

  it.each([
    ['before there is any text', [annotate({})]],
    ['without a URL', [text, annotate({ url: '' })]],
    ['of another type', [text, choice({ annotations: [{ type: 'file', file: {} }] })]],
  ])('are foreign %s', (_, chunks) => {
    expect(decodeRest(...chunks).at(-1)).toMatchObject({ type: 'foreign', path: 'choices[0].message.annotations' });
  });

  describe('that stand beside the choices', () => {
    const sources = (chunk: object): object => ({ ...chunk, citations: ['https://a.example', 'https://b.example', 5] });
    const [first, second] = [cite({ url: 'https://a.example' }), cite({ url: 'https://b.example' })];

    it('are told once, as soon as there is text', () => {
      const events = decodeRest(sources(choice({ content: '' })), sources(text), sources(choice({}, 'stop')));
      expect(events.slice(2)).toEqual([
        first,
        second,
        { type: 'text-end', block: 0 },
        { type: 'finish', reason: 'stop' },
      ]);
    });

    it('come with the last chunk too', () => {
      expect(decodeRest(text, sources(choice({}, 'stop'))).slice(2, 4)).toEqual([first, second]);
    });

    it.each([
      ['when there is no text', [sources(choice({}, 'stop'))]],
      ['behind the end', [text, choice({}, 'stop'), sources({ choices: [] })]],
    ])('are foreign %s', (_, chunks) => {
      expect(decodeRest(...chunks)).toContainEqual({ type: 'foreign', path: 'citations', value: 'https://a.example' });
    });

    it('are not foreign behind the end when they were told before', () => {
      const events = decodeRest(sources(text), choice({}, 'stop'), sources({ choices: [] }));
      expect(events.filter(({ type }) => type === 'foreign')).toEqual([]);
    });
  });
});

describe('decoded log probabilities', () => {
  const weigh = (delta: object, logprobs: object): object => ({ choices: [{ index: 0, delta, logprobs }] });

  it('belong to the text beside them, as far as they can be read', () => {
    const content = [{ token: 'a', logprob: -1, top_logprobs: [{ token: 'b', logprob: -2 }, { token: 'c' }] }, {}];
    expect(decodeRest(weigh({ content: 'a' }, { content, refusal: null })).at(-1)).toEqual({
      type: 'text-logprobs',
      block: 0,
      tokens: [{ token: 'a', logprob: -1, top: [{ token: 'b', logprob: -2 }] }],
    });
  });

  it('are foreign without text', () => {
    const content = [{ token: 'a', logprob: -1 }];
    expect(decodeRest(weigh({}, { content }))).toEqual([
      { type: 'foreign', path: 'choices[0].logprobs.content', value: content },
    ]);
  });
});
