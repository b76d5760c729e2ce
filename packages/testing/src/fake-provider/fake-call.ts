import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { DialectId } from '@claudette/core';

/** The routes that answer prompts, and what they speak. */
export const answerPaths: Readonly<Record<string, DialectId>> = {
  '/v1/chat/completions': 'openai-chat',
  '/v1/messages': 'anthropic-messages',
};

/** The call asks for an answer, not for a list of models. */
export const wantsAnswer = (call: Pick<FakeCall, 'method' | 'path'>): boolean =>
  call.method === 'POST' && call.path in answerPaths;

/** A request the fake provider got, and what became of it. Its last four fields change while the reply goes out. */
export interface FakeCall {
  /** Counts from 1 since the provider was made. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** What follows the question mark. */
  readonly query: string;
  /** The dialect of the route; a list of models is Anthropic's when the request has an `anthropic-version`. */
  readonly dialect: DialectId;
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
