import { expect } from '@jest/globals';

import type { Cell, Feature } from './cell.js';
import type { Pair } from './pair.js';
import type { Media } from './question.js';
import { DOCUMENT_NAME, urlOf } from './question.js';

const base64 = (mediaType: string, content: string | Buffer): Media => ({
  kind: 'base64',
  mediaType,
  data: Buffer.from(content).toString('base64'),
});

/** A PNG of one point. */
export const pixel = base64(
  'image/png',
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
    'base64',
  ),
);
const remoteImage: Media = { kind: 'url', mediaType: 'image/png', url: 'https://example.com/cat.png' };
export const pdf = base64('application/pdf', '%PDF-1.4\n%%EOF\n');
const remotePdf: Media = { kind: 'url', mediaType: 'application/pdf', url: 'https://example.com/report.pdf' };
const plainText = base64('text/plain', 'Was zählt, zählt.');

const said = 'What is it?';

const imageCell = (variant: string, image: Media): Cell => ({
  variant,
  question: { turns: [{ by: 'user', text: said, image }] },
  seen: () => ({ text: expect.stringContaining('I see an image') }),
  arrived: { images: [urlOf(image)], said: [said] },
});

const documentCell = (variant: string, document: Media): Cell => ({
  variant,
  question: { turns: [{ by: 'user', text: said, document }] },
  seen: () => ({ text: expect.stringContaining('I see a document') }),
  arrived: { documents: [urlOf(document)], said: [said] },
});

/** Those who can name a document do, and those who cannot say so. */
const named = ({ client, backend }: Pair, cell: Cell): Cell => {
  const hasName = client !== 'gemini' && !(client === 'openai-responses' && cell.variant === 'url');
  if (!hasName) return cell;
  return backend === 'gemini'
    ? { ...cell, losses: ['messages[0].content[0].name'] }
    : { ...cell, arrived: { ...cell.arrived, documentNames: [DOCUMENT_NAME] } };
};

/** What a user shows besides words. */
export const mediaFeatures: readonly Feature[] = [
  { name: 'image', cellsOf: () => [imageCell('base64', pixel), imageCell('url', remoteImage)] },
  {
    name: 'document',
    cellsOf: (pair) => {
      const { client, backend } = pair;
      const inline = [documentCell('pdf', pdf), documentCell('text', plainText)].map((cell) => named(pair, cell));
      // Clients of Chat Completions have no way to name one.
      if (client === 'openai-chat') return inline;
      const remote = documentCell('url', remotePdf);
      if (backend !== 'openai-chat') return [...inline, named(pair, remote)];
      const lost = { seen: () => ({ text: `Echo: ${said}` }), arrived: { documents: [], said: [said] } };
      return [...inline, { ...remote, ...lost, losses: ['messages[0].content[0]'] }];
    },
  },
];
