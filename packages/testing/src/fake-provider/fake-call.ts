import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { DialectId } from '@claudette/core';

import type { FakeOperation, Route } from './routes.js';

/** The call asks for a model's work, not for a list of models. */
export const wantsWork = (call: Pick<FakeCall, 'operation'>): boolean =>
  call.operation !== undefined && call.operation !== 'list';

/** A request the fake provider got, and what became of it. Its last four fields change while the reply goes out. */
export interface FakeCall {
  /** Counts from 1 since the provider was made. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** What follows the question mark. */
  readonly query: string;
  /** The dialect of the route (see `Route.dialect` for lists of models); embeddings are OpenAI's or Gemini's. */
  readonly dialect: DialectId;
  /** Undefined: there is no such route. */
  readonly operation: FakeOperation | undefined;
  /** The model it names, in the path or in the body; empty when it names none. */
  readonly model: string;
  /** What else the address says. */
  readonly route: Route;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  /** Counts connections from 1: two calls with the same number shared one. */
  readonly connection: number;
  /** The client closed the connection before the reply was out. */
  readonly aborted: boolean;
  /** Bytes of the body that the socket took. */
  readonly sentBytes: number;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** By `performance.now()`; undefined as long as the reply is going out. */
  readonly finishedAt: number | undefined;
}

/** The whole body, or what came of it before the client left. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The client left; the call is recorded all the same.
  }
  return Buffer.concat(chunks);
}
