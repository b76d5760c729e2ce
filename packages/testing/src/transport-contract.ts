import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { GatewayError } from '@claudette/core';
import type { ByteSource, GatewayErrorCode, Transport, TransportRequest } from '@claudette/core';

import { eventually } from './eventually.js';
import { createFakeProvider } from './fake-provider/create-fake-provider.js';
import type { FakeProvider } from './fake-provider/create-fake-provider.js';

/** A transport as the suite gets it; it is closed after each case. */
export interface TransportUnderTest {
  readonly transport: Transport;
  close(): Promise<void> | void;
}

/** One thing that every implementation of a port keeps. `run` rejects when it does not. */
export interface ContractCase {
  /** A sentence in the present, for the test's name. */
  readonly name: string;
  run(): Promise<void>;
}

interface Bench {
  readonly provider: FakeProvider;
  readonly transport: Transport;
  /** A request to the provider. */
  request(overrides?: Partial<TransportRequest>): TransportRequest;
}

const MEBIBYTE = 1_048_576;
const FLOOD_CHUNKS = 64;
/** Long enough for a sender without backpressure to have sent everything over loopback. */
const SETTLING_MS = 300;
const FINISH_PATIENCE_MS = 4_000;

const failsWith = (code: GatewayErrorCode) => (thrown: unknown) => {
  assert.ok(thrown instanceof GatewayError, `expected ${code}, got ${String(thrown)}`);
  assert.equal(thrown.code, code);
  return true;
};

const gaveUp = new GatewayError('client_aborted', 'the test gave up');
const isGaveUp = (thrown: unknown): boolean => thrown === gaveUp;

async function readText(body: ByteSource): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let step = await body.next(); step.done !== true; step = await body.next()) chunks.push(step.value);
  return Buffer.concat(chunks).toString();
}

const wholeReplies: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async 'resolves with the status and lower-case headers, repeated ones joined'({ provider, transport, request }) {
    provider.behave({ kind: 'raw', status: 418, headers: { 'X-Pot': 'tea', 'X-Twice': ['a', 'b'] }, chunks: ['x'] });
    const { status, headers, body } = await transport.send(request());
    assert.deepEqual([status, headers['x-pot'], headers['x-twice']], [418, 'tea', 'a, b']);
    await readText(body);
  },

  async 'sends method, path, headers and body as they were given'({ provider, transport, request }) {
    const body = Buffer.from('{ "model":"m",  "big": 1e400 }');
    const { body: reply } = await transport.send(request({ body, headers: { 'x-mine': 'yes' } }));
    await readText(reply);
    const [call] = provider.calls;
    assert.deepEqual([call?.method, call?.path, call?.headers['x-mine']], ['POST', '/v1/chat/completions', 'yes']);
    assert.ok(call?.body.equals(body));
  },

  async 'gives the body in order and then ends'({ provider, transport, request }) {
    provider.behave({ kind: 'raw', chunks: ['one ', 'two ', 'three'], everyMs: 5 });
    const { body } = await transport.send(request());
    assert.equal(await readText(body), 'one two three');
  },

  async 'resolves before the body has come'({ provider, transport, request }) {
    provider.behave({ kind: 'stall', afterEvents: 0 });
    const { status, body } = await transport.send(request());
    assert.equal(status, 200);
    body.cancel();
  },

  async 'gives a compressed body in the clear'({ provider, transport, request }) {
    provider.behave({ kind: 'raw', headers: { 'content-encoding': 'gzip' }, chunks: [gzipSync('in the clear')] });
    const { body } = await transport.send(request());
    assert.equal(await readText(body), 'in the clear');
  },

  async 'uses the connection again after a reply that was read to its end'({ provider, transport, request }) {
    for (const path of ['/v1/models', '/v1/models/x']) {
      const { body } = await transport.send(request({ method: 'GET', url: `${provider.url}${path}` }));
      await readText(body);
    }
    const [first, second] = provider.calls;
    assert.equal(first?.connection, second?.connection);
  },

  async 'reads no faster than its reader'({ provider, transport, request }) {
    const chunk = Buffer.alloc(MEBIBYTE, 'x');
    provider.behave({ kind: 'raw', chunks: Array.from({ length: FLOOD_CHUNKS }, () => chunk) });
    const { body } = await transport.send(request());
    await body.next();
    await setTimeout(SETTLING_MS);
    const sentBytes = provider.calls[0]?.sentBytes ?? 0;
    body.cancel();
    assert.ok(
      sentBytes < (FLOOD_CHUNKS * MEBIBYTE) / 2,
      `${sentBytes} bytes were sent to a reader that took one chunk`,
    );
  },
};

const aborts: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async 'sends nothing when the signal is aborted already, and rejects with its reason'(bench) {
    const signal = AbortSignal.abort(gaveUp);
    await assert.rejects(bench.transport.send(bench.request({ signal })), isGaveUp);
    assert.equal(bench.provider.count(), 0);
  },

  async 'closes the socket when aborted before the headers, and rejects with the reason'(bench) {
    const { provider, transport, request } = bench;
    provider.behave({ kind: 'delay', delayMs: 60_000 });
    const abort = new AbortController();
    const sent = assert.rejects(transport.send(request({ signal: abort.signal })), isGaveUp);
    await eventually(() => provider.count() === 1);
    abort.abort(gaveUp);
    await sent;
    await eventually(() => provider.calls[0]?.aborted === true && provider.openSockets() === 0);
  },

  async 'closes the socket when aborted during a read, which rejects with the reason'(bench) {
    const { provider, transport, request } = bench;
    provider.behave({ kind: 'stall', afterEvents: 0 });
    const abort = new AbortController();
    const { body } = await transport.send(request({ signal: abort.signal }));
    const read = assert.rejects(body.next(), isGaveUp);
    abort.abort(gaveUp);
    await read;
    await eventually(() => provider.calls[0]?.aborted === true && provider.openSockets() === 0);
  },

  async 'closes the socket when aborted between reads; the next read rejects with the reason'(bench) {
    const { provider, transport, request } = bench;
    provider.behave({ kind: 'stall', afterEvents: 0 });
    const abort = new AbortController();
    const { body } = await transport.send(request({ signal: abort.signal }));
    abort.abort(gaveUp);
    await eventually(() => provider.calls[0]?.aborted === true && provider.openSockets() === 0);
    await assert.rejects(body.next(), isGaveUp);
  },
};

const faults: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async 'rejects with upstream_unreachable when nobody listens'({ provider, transport, request }) {
    await provider.close();
    await assert.rejects(transport.send(request()), failsWith('upstream_unreachable'));
  },

  async 'rejects with upstream_broken when the connection is reset before the headers'(bench) {
    bench.provider.behave({ kind: 'reset-before-headers' });
    await assert.rejects(bench.transport.send(bench.request()), failsWith('upstream_broken'));
  },

  async 'never sends a request again'({ provider, transport, request }) {
    provider.behave({ kind: 'reset-before-headers' });
    await assert.rejects(transport.send(request()));
    assert.equal(provider.count(), 1);
  },

  async 'rejects the read with upstream_broken when the connection is reset inside the body'(bench) {
    bench.provider.behave({ kind: 'reset', afterEvents: 1 });
    const { body } = await bench.transport.send(bench.request());
    await assert.rejects(readText(body), failsWith('upstream_broken'));
  },

  async 'rejects the read with upstream_broken when a compressed body is cut'(bench) {
    bench.provider.behave({ kind: 'gzip-cut' });
    const { body } = await bench.transport.send(bench.request());
    await assert.rejects(readText(body), failsWith('upstream_broken'));
  },
};

const partings: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async 'closes the socket on cancel() before the first read'({ provider, transport, request }) {
    provider.behave({ kind: 'stall', afterEvents: 0 });
    const { body } = await transport.send(request());
    body.cancel();
    body.cancel();
    await eventually(() => provider.calls[0]?.aborted === true && provider.openSockets() === 0);
  },

  async 'closes the socket on cancel() between reads'({ provider, transport, request }) {
    provider.behave({ kind: 'stall', afterEvents: 1 });
    const { body } = await transport.send(request());
    await body.next();
    body.cancel();
    await eventually(() => provider.calls[0]?.aborted === true && provider.openSockets() === 0);
  },

  async 'keeps the connection usable on finish()'({ provider, transport, request }) {
    provider.behave([{ kind: 'raw', chunks: ['all that matters', 'the rest'], everyMs: 30 }]);
    const { body } = await transport.send(request());
    await body.next();
    body.finish();
    body.finish();
    await eventually(() => provider.inFlight() === 0);
    await readText((await transport.send(request())).body);
    const [first, second] = provider.calls;
    assert.deepEqual([first?.aborted, second?.connection], [false, first?.connection]);
  },

  async 'closes the socket after finish() when the end does not come'({ provider, transport, request }) {
    provider.behave({ kind: 'stall', afterEvents: 1 });
    const { body } = await transport.send(request());
    await body.next();
    body.finish();
    await eventually(() => provider.openSockets() === 0, { withinMs: FINISH_PATIENCE_MS });
  },
};

/**
 * What every `Transport` keeps, over real loopback sockets. Each case makes a transport of its own:
 *
 * ```ts
 * for (const { name, run } of transportContract(() => makeTransport())) it(name, run);
 * ```
 */
export const transportContract = (createTransport: () => TransportUnderTest): readonly ContractCase[] =>
  Object.entries({ ...wholeReplies, ...aborts, ...faults, ...partings }).map(([name, check]) => ({
    name,
    async run() {
      const provider = await createFakeProvider();
      const { transport, close } = createTransport();
      const request: Bench['request'] = (overrides) => ({
        backend: 'fake',
        method: 'POST',
        url: `${provider.url}/v1/chat/completions`,
        headers: { 'content-type': 'application/json' },
        ...(overrides?.method !== 'GET' && { body: Buffer.from(helloBody) }),
        signal: new AbortController().signal,
        connectTimeoutMs: 1_000,
        ...overrides,
      });
      try {
        await check({ provider, transport, request });
      } finally {
        await close();
        await provider.close();
      }
    },
  }));

const helloBody = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hello' }] });
