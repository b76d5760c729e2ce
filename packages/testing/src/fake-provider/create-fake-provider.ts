import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import type { DialectId } from '@claudette/core';

import { createChooser } from './choose-behaviour.js';
import type { Script } from './choose-behaviour.js';
import { answerPaths, readBody, wantsAnswer } from './fake-call.js';
import type { FakeCall } from './fake-call.js';
import { parseJson } from './json-reading.js';
import { playSteps } from './play-steps.js';
import { respond } from './respond.js';

export interface FakeProviderOptions {
  /** @default 0, which takes a free one */
  readonly port?: number;
  /** How it answers. @default plain answers */
  readonly script?: Script;
  /** The models it lists. @default fake-large, fake-small */
  readonly models?: readonly string[];
  /** Every other key, and none, gets a 401. @default any key will do */
  readonly apiKey?: string;
}

/** A provider on 127.0.0.1 that speaks OpenAI Chat Completions and Anthropic Messages. Whoever made it closes it. */
export interface FakeProvider {
  /** Without a trailing slash or version: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Every request since the last reset, oldest first. */
  readonly calls: readonly FakeCall[];
  /** Requests for an answer, without lists of models. */
  count(): number;
  /** Requests whose reply is still going out. */
  inFlight(): number;
  /** Connections that are open now, idle ones included. */
  openSockets(): number;
  /** Sets how the next calls are answered. */
  behave(script: Script): void;
  /** Forgets the calls and goes back to plain answers. */
  reset(): void;
  /** Stops listening and closes every connection. Calling it again does nothing. */
  close(): Promise<void>;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

const dialectOf = (path: string, headers: FakeCall['headers']): DialectId =>
  answerPaths[path] ?? (headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages');

/** Starts a fake provider and resolves once it listens. */
export async function createFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const { port = 0, script, models = ['fake-large', 'fake-small'], apiKey } = options;
  const calls: FakeCall[] = [];
  const sockets = new Map<Socket, number>();
  const chooser = createChooser(script);
  let callCount = 0;
  let connectionCount = 0;

  const record = async (request: IncomingMessage): Promise<Mutable<FakeCall>> => {
    const startedAt = performance.now();
    const connection = sockets.get(request.socket) ?? 0;
    const body = await readBody(request);
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const call: Mutable<FakeCall> = {
      number: (callCount += 1),
      method: request.method ?? 'GET',
      path,
      query,
      dialect: dialectOf(path, request.headers),
      headers: request.headers,
      body,
      json: parseJson(body.toString()),
      connection,
      aborted: false,
      sentBytes: 0,
      startedAt,
      finishedAt: undefined,
    };
    calls.push(call);
    return call;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await record(request);
    const steps = respond(call, { models, apiKey, choose: chooser.choose });
    const resets = steps.at(-1)?.do === 'reset';
    let played = false;
    const onClose = (): void => {
      call.finishedAt = performance.now();
      call.aborted = !response.writableFinished && !(resets && played);
    };
    if (response.destroyed) return onClose();
    response.once('close', onClose);
    await playSteps(steps, response, (bytes) => (call.sentBytes += bytes));
    played = true;
  };

  const server = createServer({ noDelay: true }, (request, response) => void handle(request, response));
  server.on('connection', (socket) => {
    sockets.set(socket, (connectionCount += 1));
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: boundPort } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${boundPort}`,
    port: boundPort,
    calls,
    count: () => calls.filter(wantsAnswer).length,
    inFlight: () => calls.filter((call) => call.finishedAt === undefined).length,
    openSockets: () => sockets.size,
    behave: chooser.use,
    reset() {
      calls.length = 0;
      chooser.use(undefined);
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
