import type { DialectId } from '@claudette/core';

import type { Answer } from './answer.js';
import type { InBandErrorBehaviour } from './behaviour.js';

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
  /** When to come back, in seconds, where the vendor says it in the body (Gemini). */
  readonly retryAfter?: string;
}

/** Where in a stream an event is put that does not belong there. */
export interface StreamPlace {
  readonly answer: Answer;
  /** So many pieces come before it. */
  readonly index: number;
}

/** How one vendor writes. Every method returns literal wire text. */
export interface Wire {
  readonly dialect: DialectId;
  /** A streamed reply, one event a piece. */
  stream(answer: Answer): readonly Piece[];
  /** A whole reply as JSON text. */
  body(answer: Answer): string;
  /** A stream that never says that the answer is over. */
  endlessStream(answer: Answer): readonly Piece[];
  /** An error body as JSON text. */
  errorBody(error: WireError, callNumber: number): string;
  /** What stands, with status 200, where an answer should be. */
  failedBody(answer: Answer): string;
  /** The provider's failure inside a stream. */
  errorEvents(place: StreamPlace, report: InBandErrorBehaviour['report']): string;
  /** A content event whose JSON breaks off. */
  brokenEvent(place: StreamPlace): string;
  /** A content event that has no business being there, saying `GARBAGE`. */
  strayEvent(place: StreamPlace): string;
  /** The headers every reply of the vendor carries. */
  headers(callNumber: number): Readonly<Record<string, string>>;
  /** The answer of `GET /v1/models` to a query, or of one model. */
  models(ids: readonly string[], query: URLSearchParams): string;
  model(id: string): string;
}

/** One server-sent event with a payload and no name. */
export const dataEvent = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

/** An event's payload or a delta; what else it holds is its own business. */
export interface Typed {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** One server-sent event, named as its payload's type. */
export const typedEvent = (data: Typed): string => `event: ${data.type}\n${dataEvent(data)}`;

/** What is left of an event whose JSON breaks off. */
export const breakEvent = (event: string): string => `${event.trimEnd().slice(0, -3)}\n\n`;

/** Pieces of all roles but one. */
export const piecesWithout = (pieces: readonly Piece[], role: Piece['role']): readonly Piece[] =>
  pieces.filter((piece) => piece.role !== role);

/** As many as asked for, each made of its index. */
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Cuts a text into parts of `size` characters; never inside a character. */
export function splitEvery(text: string, size: number): string[] {
  const characters = Array.from(text);
  return times(Math.ceil(characters.length / size), (part) =>
    characters.slice(part * size, (part + 1) * size).join(''),
  );
}

/** An id as long as the vendor's, made of the call's number and the position inside it. */
export const wireId = (prefix: string, length: number, callNumber: number, position = 0): string =>
  `${prefix}${`F${callNumber}x${position}`.padStart(length, '0')}`;
