import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import { createEventDecoder } from './decode-events.js';

const decode = (...candidates: object[]): ChatEvent[] =>
  createEventDecoder()
    .push(Buffer.from(candidates.map((one) => `data: ${JSON.stringify({ candidates: [one] })}\n\n`).join('')))
    .slice(1);

const text = 'Grüße 😀 aus Köln';
const said = { content: { parts: [{ text }] } };
const chunks = [{ web: { uri: 'https://a.example/', title: 'A' } }, { web: { uri: 'https://b.example/' } }];
const support = (segment: object, ...groundingChunkIndices: number[]): object => ({ segment, groundingChunkIndices });

const citationsOf = (events: readonly ChatEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'text-citation' ? event.citation : []));
const foreignOf = (events: readonly ChatEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'foreign' ? [[event.path, event.value]] : []));

const ground = (groundingMetadata: object): ChatEvent[] => decode({ ...said, groundingMetadata });

describe('what an answer is grounded on', () => {
  it('is cited where it was used, and without a place where it was only found', () => {
    const groundingSupports = [support({ startIndex: 8, endIndex: 12, text: '😀' }, 0)];
    expect(citationsOf(ground({ groundingChunks: chunks, groundingSupports }))).toEqual([
      { url: 'https://a.example/', title: 'A', startIndex: 6, endIndex: 8 },
      { url: 'https://b.example/' },
    ]);
  });

  it.each([
    ['from its beginning where no start is told', { endIndex: 7 }, { startIndex: 0, endIndex: 5 }],
    [
      'where the words are, if the numbers do not fit',
      { startIndex: 1, endIndex: 3, text: 'Köln' },
      { startIndex: 13, endIndex: 17 },
    ],
    ['where the words are, if there are no numbers', { text: 'aus' }, { startIndex: 9, endIndex: 12 }],
    ['nowhere, if the words are of another text', { endIndex: 3, text: 'else' }, {}],
    ['nowhere, if nothing is told', { partIndex: 1 }, {}],
  ])('is cited %s', (_, segment, place) => {
    const groundingSupports = [support(segment, 1)];
    expect(citationsOf(ground({ groundingChunks: chunks, groundingSupports }))).toEqual([
      { url: 'https://a.example/', title: 'A' },
      { url: 'https://b.example/', ...place },
    ]);
  });

  it('may be a document or a place on a map', () => {
    const groundingChunks = [
      { retrievedContext: { uri: 'https://c.example/', text: 'words' } },
      { maps: { uri: 'https://maps.example/' } },
    ];
    expect(citationsOf(ground({ groundingChunks, groundingSupports: [{}] }))).toEqual([
      { url: 'https://c.example/', citedText: 'words' },
      { url: 'https://maps.example/' },
    ]);
  });

  it('is cited once, though each chunk repeats it, and behind a signature', () => {
    const groundingMetadata = { groundingChunks: chunks };
    const signed = { content: { parts: [{ text: '', thoughtSignature: 's' }] }, groundingMetadata };
    expect(citationsOf(decode({ ...said, groundingMetadata }, signed))).toHaveLength(2);
  });

  it('is foreign where it has no address, as is what was searched for', () => {
    const homeless = { image: { title: 'a picture' } };
    const events = ground({ groundingChunks: [homeless], webSearchQueries: ['q'], retrievalMetadata: {} });
    expect(citationsOf(events)).toEqual([]);
    expect(foreignOf(events)).toEqual([
      ['candidates[0].groundingMetadata.groundingChunks', [homeless]],
      ['candidates[0].groundingMetadata.webSearchQueries', ['q']],
    ]);
  });

  it('is foreign where there is no text to cite it for', () => {
    const events = decode({ groundingMetadata: { groundingChunks: chunks, webSearchQueries: ['q'] } });
    expect(foreignOf(events)).toEqual([
      ['candidates[0].groundingMetadata.webSearchQueries', ['q']],
      ['candidates[0].groundingMetadata', { url: 'https://a.example/', title: 'A' }],
    ]);
  });
});

describe('what an answer recites', () => {
  it.each(['citations', 'citationSources'])('is cited from %s', (field) => {
    const entries = [{ startIndex: 0, endIndex: 7, uri: 'https://a.example/', license: 'mit' }];
    expect(citationsOf(decode({ ...said, citationMetadata: { [field]: entries } }))).toEqual([
      { url: 'https://a.example/', startIndex: 0, endIndex: 5 },
    ]);
  });

  it('is foreign where it has no address', () => {
    const entry = { startIndex: 0, endIndex: 7 };
    const events = decode({ ...said, citationMetadata: { citations: [entry] } });
    expect(citationsOf(events)).toEqual([]);
    expect(foreignOf(events)).toEqual([['candidates[0].citationMetadata', entry]]);
  });
});
