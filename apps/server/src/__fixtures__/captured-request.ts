import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DialectId } from '@claudette/core';

/** One request as a real client sent it, from the folder that CLAUDETTE_REPLAY_DIR names. */
export interface CapturedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** All captured requests by their file names; none without a folder. */
export function readCaptures(folder: string | undefined): [name: string, request: CapturedRequest][] {
  if (!folder) return [];
  const root = join(folder, 'captures');
  if (!existsSync(root)) throw new Error('CLAUDETTE_REPLAY_DIR has no captures');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => [file, JSON.parse(readFileSync(join(root, file), 'utf8')) as CapturedRequest]);
}

/** What a client sends for itself: connection headers are the transport's business. */
export const headersOf = ({ headers }: CapturedRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !/^(host|connection|content-length|accept-encoding|sec-fetch-mode)$/.test(name),
    ),
  );

const generating: readonly (readonly [RegExp, DialectId])[] = [
  [/^\/v1\/chat\/completions$/, 'openai-chat'],
  [/^\/v1\/responses$/, 'openai-responses'],
  [/^\/v1\/messages$/, 'anthropic-messages'],
  [/^\/v1(?:beta)?\/models\/.*enerateContent$/, 'gemini'],
];

/** The dialect of a request for an answer; undefined for lists, counts and vectors. */
export const dialectOfCapture = ({ path }: CapturedRequest): DialectId | undefined =>
  generating.find(([pattern]) => pattern.test(path))?.[1];

/** Whether the client asked for a stream. */
export const streams = ({ path, body }: CapturedRequest): boolean =>
  path.endsWith(':streamGenerateContent') || body['stream'] === true;

/** The request with our model name where the client's stood, and everything else as the client wrote it. */
export function askFor(request: CapturedRequest, model: string): { readonly url: string; readonly body: string } {
  const inPath = /^(\/v1(?:beta)?\/models\/).*(:[a-zA-Z]+)$/.exec(request.path);
  return inPath
    ? { url: `${inPath[1]}${model}${inPath[2]}${request.query}`, body: JSON.stringify(request.body) }
    : { url: `${request.path}${request.query}`, body: JSON.stringify({ ...request.body, model }) };
}
