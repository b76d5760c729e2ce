import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DialectId } from '@claudette/core';

import { readChat } from './read-chat.js';
import { readGemini } from './read-gemini.js';
import { readMessages } from './read-messages.js';
import { readResponses } from './read-responses.js';
import type { Reader } from './said.js';

/** Reads an answer in each dialect. */
export const readers: Readonly<Record<DialectId, Reader>> = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  'anthropic-messages': readMessages,
  gemini: readGemini,
};

/** One answer of a real provider, from the folder that CLAUDETTE_REPLAY_DIR names. */
export interface Recording {
  readonly name: string;
  readonly dialect: DialectId;
  readonly streamed: boolean;
  /** As the provider sent it. */
  readonly bytes: Buffer;
  readonly payloads: readonly unknown[];
}

const folders: readonly (readonly [folder: string, dialect: DialectId])[] = [
  ['openai/chat', 'openai-chat'],
  ['mistral', 'openai-chat'],
  ['deepseek/chat', 'openai-chat'],
  ['groq', 'openai-chat'],
  ['openai/responses', 'openai-responses'],
  ['anthropic', 'anthropic-messages'],
  ['google', 'gemini'],
];

/** No answers to a chat, or no answers at all. */
const others = /transcription|429/;
/** Its payloads are no JSON: each response lacks a brace. */
const broken = 'parallel-tool-call-wrapper.1.chunks.txt';

const typeOf = (payload: string): string | undefined => (JSON.parse(payload) as { readonly type?: string }).type;

/** A file may hold several answers, one behind the other. */
function splitAnswers(payloads: readonly string[]): string[][] {
  const answers: string[][] = [];
  for (const payload of payloads) {
    const isFirst = ['message_start', 'response.created'].includes(typeOf(payload) ?? '');
    if (isFirst || answers.length === 0) answers.push([]);
    answers.at(-1)?.push(payload);
  }
  return answers;
}

/** As each provider frames its events. */
const framings: Readonly<Record<DialectId, (payloads: readonly string[]) => string>> = {
  'openai-chat': (payloads) => [...payloads, '[DONE]'].map((data) => `data: ${data}\n\n`).join(''),
  'openai-responses': (payloads) => payloads.map((data) => `event: ${typeOf(data)}\ndata: ${data}\n\n`).join(''),
  'anthropic-messages': (payloads) => payloads.map((data) => `event: ${typeOf(data)}\ndata: ${data}\n\n`).join(''),
  gemini: (payloads) => payloads.map((data) => `data: ${data}\r\n\r\n`).join(''),
};

function readFile(path: string, name: string, dialect: DialectId): Recording[] {
  const bytes = readFileSync(path);
  if (!name.endsWith('.chunks.txt')) {
    return [{ name, dialect, streamed: false, bytes, payloads: [JSON.parse(bytes.toString())] }];
  }
  const answers = splitAnswers(bytes.toString().split('\n').filter(Boolean));
  return answers.map((payloads, number) => ({
    name: answers.length === 1 ? name : `${name} (${number + 1})`,
    dialect,
    streamed: true,
    bytes: Buffer.from(framings[dialect](payloads)),
    payloads: payloads.map((payload) => JSON.parse(payload) as unknown),
  }));
}

/** All recorded answers to chats; none without a folder. */
export function readRecordings(folder: string | undefined): Recording[] {
  if (!folder) return [];
  const root = join(folder, 'recordings', 'vercel-ai');
  if (!existsSync(root)) throw new Error('CLAUDETTE_REPLAY_DIR has no recordings');
  return folders.flatMap(([vendor, dialect]) =>
    readdirSync(join(root, vendor))
      .filter((file) => /\.json$|\.chunks\.txt$/.test(file) && !others.test(file) && file !== broken)
      .sort()
      .flatMap((file) => readFile(join(root, vendor, file), file, dialect)),
  );
}

const readOne = (folder: string | undefined, path: string): Buffer =>
  readFileSync(join(folder ?? '', 'recordings', 'vercel-ai', path));

/** The stream whose payloads are no JSON, as it was recorded. */
export function readBrokenStream(folder: string | undefined): Recording {
  const lines = readOne(folder, `openai/responses/${broken}`).toString().split('\n').filter(Boolean);
  const bytes = Buffer.from(lines.map((data) => `data: ${data}\n\n`).join(''));
  return { name: broken, dialect: 'openai-responses', streamed: true, bytes, payloads: [] };
}

/** Google's answer to one who asks too often. */
export const readLimitError = (folder: string | undefined): Buffer =>
  readOne(folder, 'google/google-429-retry-info.json');
