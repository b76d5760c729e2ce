import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { GatewayError } from '@claudette/core';
import type { ByteSource, CallSignal, GatewayErrorCode, TransportRequest, TransportResponse } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { transportContract } from './transport-contract.js';
import type { TransportUnderTest } from './transport-contract.js';

const FINISH_PATIENCE_MS = 200;

/** The smallest transport that keeps the contract, to show that it can be kept. */
function createPlainTransport(): TransportUnderTest {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const bodyOf = (response: IncomingMessage, signal: CallSignal): ByteSource => {
    const zipped = response.headers['content-encoding'] === 'gzip';
    const stream = zipped ? pipeline(response, createGunzip(), () => undefined) : response;
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
    const onAbort = (): void => void response.destroy();
    signal.addEventListener('abort', onAbort);
    return {
      async next() {
        try {
          signal.throwIfAborted();
          return await chunks.next();
        } catch (cause) {
          signal.throwIfAborted();
          throw new GatewayError('upstream_broken', 'body', { cause });
        }
      },
      cancel: () => void response.destroy(),
      finish() {
        const giveUp = setTimeout(() => response.destroy(), FINISH_PATIENCE_MS);
        response.once('close', () => clearTimeout(giveUp));
        const discard = (): Promise<void> => chunks.next().then((step) => (step.done === true ? undefined : discard()));
        discard().catch(() => undefined);
      },
    };
  };

  const send = ({ url, method, headers, body, signal }: TransportRequest): Promise<TransportResponse> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const request = httpRequest(url, { agent, method, headers });
      signal.addEventListener('abort', () => request.destroy(signal.reason as Error), { once: true });
      request.on('error', (cause: NodeJS.ErrnoException) => {
        const code: GatewayErrorCode = cause.code === 'ECONNREFUSED' ? 'upstream_unreachable' : 'upstream_broken';
        reject(signal.aborted ? (signal.reason as Error) : new GatewayError(code, 'fake', { cause }));
      });
      request.on('response', (response) => {
        const received = Object.entries(response.headersDistinct).map(([name, values]) => [name, values?.join(', ')]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(received) as Record<string, string>,
          body: bodyOf(response, signal),
        });
      });
      request.end(body);
    });
  return { transport: { send }, close: () => agent.destroy() };
}

describe('a plain transport over node:http', () => {
  for (const { name, run } of transportContract(createPlainTransport)) it(name, run);
});

describe('the transport contract', () => {
  const stubborn = (): TransportUnderTest => {
    const { transport, close } = createPlainTransport();
    return { transport: { send: (request) => transport.send(request).catch(() => transport.send(request)) }, close };
  };

  it('catches a transport that sends a request again', async () => {
    const retryCase = transportContract(stubborn).find(({ name }) => name === 'never sends a request again');
    await expect(retryCase?.run()).rejects.toThrow('2 !== 1');
  });
});
