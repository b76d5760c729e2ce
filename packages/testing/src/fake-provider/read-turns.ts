import { textOf } from './json-reading.js';

/** One thing that was said, by whom, in no dialect's words. */
export interface Turn {
  readonly by: 'system' | 'user' | 'model' | 'tool';
  readonly text: string;
  /** One phrase for each image and document. */
  readonly media: readonly string[];
}

/** What a model makes of a conversation. */
export interface LastWords {
  /** The text of the last user message. */
  readonly userText: string;
  /** The results that came since the model last spoke, with their images and documents. */
  readonly toolResults: readonly string[];
  /** One phrase for each image and document of the last user message, unless the model has spoken since. */
  readonly media: readonly string[];
}

export type Noun = 'an image' | 'a document';

const lengthOfBase64 = (data: string): number => Buffer.from(data, 'base64').length;

/** A phrase that tells one content from another: its size. */
export const describeBase64 = (noun: Noun, data: unknown): string => `${noun} of ${lengthOfBase64(textOf(data))} bytes`;

export const describeText = (noun: Noun, text: unknown): string =>
  `${noun} of ${Buffer.byteLength(textOf(text))} bytes`;

/** A phrase for what is behind a URL, or in it. */
export const describeUrl = (noun: Noun, url: string): string =>
  url.startsWith('data:') ? describeBase64(noun, url.slice(url.indexOf(',') + 1)) : `${noun} at ${url}`;

/** The text of one message from the texts of its parts. */
export const joinTexts = (texts: readonly string[]): string => texts.filter((text) => text !== '').join(' ');

/** Reads the end of a conversation. */
export function readTurns(turns: readonly Turn[]): LastWords {
  const lastUser = turns.findLast((turn) => turn.by === 'user');
  const sinceModel = turns.slice(turns.findLastIndex((turn) => turn.by === 'model') + 1);
  return {
    userText: lastUser?.text ?? '',
    toolResults: sinceModel
      .filter((turn) => turn.by === 'tool')
      .map((turn) => [turn.text, ...turn.media].filter((said) => said !== '').join(', ')),
    media: lastUser !== undefined && sinceModel.includes(lastUser) ? lastUser.media : [],
  };
}
