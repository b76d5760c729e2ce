import type { DialectId } from '@claudette/core';

/** The dialect in which a caller of this path, with these headers, expects to be told about errors. */
export const dialectOf = (path: string, headers: Readonly<Record<string, unknown>>): DialectId =>
  path.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined ? 'anthropic-messages' : 'openai-chat';
