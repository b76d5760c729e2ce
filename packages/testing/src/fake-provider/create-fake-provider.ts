import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { createChooser } from './choose-behaviour.js';
import type { Script } from './choose-behaviour.js';
import { readBody, wantsWork } from './fake-call.js';
import type { FakeCall } from './fake-call.js';
import { fieldOf, parseJson, textOf } from './json-reading.js';
import { playSteps } from './play-steps.js';
import { createProviderMemory } from './provider-memory.js';
import { respond } from './respond.js';
import { routeOf } from './routes.js';
import type { FakeOperation } from './routes.js';

export interface FakeProviderOptions {
  /** @default 0, which takes a free one */
  readonly port?: number;
  /** How it answers. @default plain answers */
  readonly script?: Script;
  /** The models it lists. @default fake-large, fake-small */
  readonly models?: readonly string[];
  /** Every other key, and none, gets a 401; of Gemini, a 400 or a 403. @default any key will do */
  readonly apiKey?: string;
  /** Refuses fields that the vendor does not document, as the real ones do. @default false */
  readonly strict?: boolean;
  /**
   * What signatures and encrypted reasoning are made with. Providers with the same secret accept each other's, as those
   * of one vendor do. @default a secret of its own
   */
  readonly secret?: string;
}

/**
 * A provider on 127.0.0.1 that speaks OpenAI Chat Completions and Responses, Anthropic Messages and Gemini. Whoever made
 * it closes it.
 */
export interface FakeProvider {
  /** Without a trailing slash or version: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Every request since the last reset, oldest first. */
  readonly calls: readonly FakeCall[];
  /** Requests for a model's work, or those of one operation only. @default answers, vectors and token counts */
  count(operation?: FakeOperation): number;
  /** Requests whose reply is still going out. */
  inFlight(): number;
  /** Connections that are open now, idle ones included. */
  openSockets(): number;
  /** Sets how the next calls are answered. */
  behave(script: Script): void;
  /** Forgets the calls and goes back to plain answers. What was handed out before stays good. */
  reset(): void;
  /** Stops listening and closes every connection. Calling it again does nothing. */
  close(): Promise<void>;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Counts the providers of this process, so that each has a secret of its own, the same in every run. */
let providerCount = 0;

/** Starts a fake provider and resolves once it listens. */
export async function createFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const { port = 0, script, models = ['fake-large', 'fake-small'], apiKey, strict = false } = options;
  const memory = createProviderMemory(options.secret ?? `fake provider ${(providerCount += 1)}`);
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
    const route = routeOf(request.method ?? 'GET', path, query, request.headers);
    const json = parseJson(body.toString());
    const call: Mutable<FakeCall> = {
      number: (callCount += 1),
      method: request.method ?? 'GET',
      path,
      query,
      dialect: route.dialect,
      operation: route.operation,
      model: route.pathModel ?? textOf(fieldOf(json, 'model')),
      route,
      headers: request.headers,
      body,
      json,
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
    const steps = respond(call, { models, apiKey, strict, memory, choose: chooser.choose });
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
    count: (operation) =>
      calls.filter((call) => (operation === undefined ? wantsWork(call) : call.operation === operation)).length,
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
