import type { DialectId } from '@claudette/core';

/** Paths that only one dialect has; the newest Google SDK leaves the version part at `/v1`. */
const paths: readonly (readonly [RegExp, DialectId])[] = [
  [/^\/v1\/messages\b/, 'anthropic-messages'],
  [/^\/v1\/responses\b/, 'openai-responses'],
  [/^\/v1beta\//, 'gemini'],
  [/^\/v1\/models\/[^?]*:[a-zA-Z]+(?:\?|$)/, 'gemini'],
];

/** Headers by which a caller of a path that several dialects share is known. */
const signs: readonly (readonly [string, DialectId])[] = [
  ['anthropic-version', 'anthropic-messages'],
  ['x-goog-api-key', 'gemini'],
  ['x-goog-api-client', 'gemini'],
];

/** What stands before the path where a client sends a whole URL; it decides nothing. */
const authority = /^https?:\/\/[^/]*/i;

/** The dialect in which a caller of this URL, with these headers, expects lists and errors. */
export const dialectOf = (url: string, headers: Readonly<Record<string, unknown>>): DialectId =>
  paths.find(([pattern]) => pattern.test(url.replace(authority, '')))?.[1] ??
  signs.find(([name]) => headers[name] !== undefined)?.[1] ??
  'openai-chat';
