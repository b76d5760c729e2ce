import type { DialectId } from '@claudette/core';

import type { Answer } from './answer.js';

/**
 * One frame of a stream, or one part of a JSON body. Faults are placed by role: `preamble` says nothing yet, `content` is
 * something to show, `finish` says why the model stopped (and what it used), `terminal` that the reply is over.
 */
export interface Piece {
  readonly role: 'preamble' | 'content' | 'finish' | 'terminal';
  readonly text: string;
}

/** What a vendor's error body says. */
export interface WireError {
  readonly status: number;
  readonly message?: string;
  /** The vendor's own word for the error, e.g. `rate_limit_error`. Absent: the usual one for the status. */
  readonly type?: string;
  /** OpenAI's `error.code`. */
  readonly code?: string;
  /** OpenAI's `error.param`. */
  readonly param?: string;
}

/** How one vendor writes. Every method returns literal wire text. */
export interface Wire {
  readonly dialect: DialectId;
  /** A streamed reply, one server-sent event a piece. */
  stream(answer: Answer): readonly Piece[];
  /** A whole reply as JSON text. */
  body(answer: Answer): string;
  /** An error body as JSON text. */
  errorBody(error: WireError, callNumber: number): string;
  /** An error inside a stream, as one event. */
  errorEvent(): string;
  /** A content event whose JSON breaks off. */
  brokenEvent(): string;
  /** A content event that has no business being there, saying `GARBAGE`. */
  strayEvent(): string;
  /** The headers every reply of the vendor carries. */
  headers(callNumber: number): Readonly<Record<string, string>>;
  /** The answer of `GET /v1/models`, or of one model. */
  models(ids: readonly string[]): string;
  model(id: string): string;
}

/** Cuts a text into parts of `size` characters; never inside a character. */
export function splitEvery(text: string, size: number): string[] {
  const characters = Array.from(text);
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, part) =>
    characters.slice(part * size, (part + 1) * size).join(''),
  );
}

/** An id as long as the vendor's, made of the call's number and the position inside it. */
export const wireId = (prefix: string, length: number, callNumber: number, position = 0): string =>
  `${prefix}${`F${callNumber}x${position}`.padStart(length, '0')}`;
