import { describe, expect, it } from '@jest/globals';

import { GatewayError } from './errors.js';
import { openReply } from './open-reply.js';
import type { Outcome, Reply } from './reply.js';
import type { Scanner } from './scanner.js';
import type { ByteSource } from './transport.js';
import { noUsage } from './usage.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array | undefined): string => new TextDecoder().decode(chunk);

/** A toy dialect of one letter per frame: p preamble, c content, t terminal, x end, e in-band error, ! broken. */
function toyScanner(): Scanner {
  const state = { committed: false, finished: false, closed: false, failure: undefined as GatewayError | undefined };
  return {
    see(frames) {
      const letters = text(frames);
      for (let index = 0; index < letters.length; index += 1) {
        const letter = letters[index];
        if (letter === 'c') state.committed = true;
        if (letter === 't') state.finished = state.committed = true;
        if (letter === 'e') state.failure = new GatewayError('upstream_overloaded', 'in-band');
        if (letter === '!') {
          state.failure = new GatewayError('upstream_invalid_reply', 'garbage');
          return index;
        }
        if (letter === 'x' || letter === 'e') {
          state.closed = true;
          return index + 1;
        }
      }
      return letters.length;
    },
    get committed() {
      return state.committed;
    },
    get finished() {
      return state.finished;
    },
    get closed() {
      return state.closed;
    },
    get failure() {
      return state.failure;
    },
    get usage() {
      return state.finished ? noUsage : undefined;
    },
    get finishReason() {
      return state.finished ? ('stop' as const) : undefined;
    },
  };
}

interface Script extends ByteSource {
  readonly log: string[];
}

/** Gives the steps in order: text as chunks, errors as rejections; then ends, or hangs. */
function scripted(steps: readonly (string | Error)[], { hangs = false } = {}): Script {
  const rest = [...steps];
  const log: string[] = [];
  let fail: (reason: unknown) => void = () => undefined;
  return {
    log,
    next() {
      const step = rest.shift();
      if (typeof step === 'string') return Promise.resolve({ done: false as const, value: bytes(step) });
      if (step instanceof Error) return Promise.reject(step);
      if (hangs) return new Promise((_resolve, reject) => (fail = reject));
      return Promise.resolve({ done: true as const, value: undefined });
    },
    cancel() {
      log.push('cancel');
      fail(new Error('destroyed'));
    },
    finish: () => void log.push('finish'),
  };
}

const open = (
  frames: ByteSource,
  signal: AbortSignal = new AbortController().signal,
  redact?: (frames: Uint8Array) => Uint8Array,
): Promise<Reply> =>
  openReply({
    target: { backend: 'lab', model: 'm', provider: 'openai', dialect: 'openai-chat' },
    dialect: 'openai-chat',
    framing: 'sse',
    status: 200,
    headers: {},
    frames,
    scanner: toyScanner(),
    signal,
    losses: [],
    ...(redact && { redact }),
  });

async function readAll(reply: Reply): Promise<string> {
  let all = '';
  for await (const chunk of reply.bytes) all += text(chunk);
  return all;
}

describe('before the commit', () => {
  it('holds back the preamble and hands it over with the first content', async () => {
    expect(await readAll(await open(scripted(['p', 'p', 'c', 'tx'])))).toBe('ppctx');
  });

  it('rejects when the provider reports a fault', async () => {
    const frames = scripted(['p', 'e']);
    await expect(open(frames)).rejects.toMatchObject({ code: 'upstream_overloaded' });
    expect(frames.log).toEqual(['cancel']);
  });

  it('rejects when the stream ends', async () => {
    await expect(open(scripted(['p']))).rejects.toMatchObject({ code: 'stream_broken' });
  });

  it('rejects with what the transport threw', async () => {
    await expect(open(scripted(['p', new GatewayError('upstream_broken', 'reset')]))).rejects.toMatchObject({
      code: 'upstream_broken',
    });
  });

  it('counts an end without content as a commit', async () => {
    await expect((await open(scripted(['tx']))).outcome).resolves.toMatchObject({ kind: 'complete' });
  });
});

describe('after the commit', () => {
  it('redacts the frame in which the provider reports a fault, and no other one', async () => {
    const redact = (frames: Uint8Array): Uint8Array => bytes(`<${text(frames)}>`);
    const reply = await open(scripted(['pc', 'c', 'e']), undefined, redact);
    expect(await readAll(reply)).toBe('pcc<e>');
  });

  it('is complete once the provider said so, with usage, reason and size', async () => {
    const reply = await open(scripted(['c', 't', 'x']));
    await readAll(reply);
    await expect(reply.outcome).resolves.toEqual({
      kind: 'complete',
      usage: noUsage,
      finishReason: 'stop',
      receivedBytes: 3,
    });
  });

  it('settles the outcome before the reader has the last frame', async () => {
    const reply = await open(scripted(['c', 'tx']));
    const order: string[] = [];
    void reply.outcome.then(() => order.push('outcome'));
    for await (const chunk of reply.bytes) order.push(text(chunk));
    expect(order).toEqual(['c', 'outcome', 'tx']);
  });

  it('cuts what follows the end and gives the connection back', async () => {
    const frames = scripted(['c', 'txgarbage', 'more']);
    expect(await readAll(await open(frames))).toBe('ctx');
    expect(frames.log).toEqual(['finish']);
  });

  it('fails when the provider closes without having finished', async () => {
    const reply = await open(scripted(['c', 'x']));
    expect(await readAll(reply)).toBe('cx');
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'failed', cause: { code: 'stream_broken' } });
  });

  it('breaks when the stream ends before the provider finished', async () => {
    const reply = await open(scripted(['c']));
    await expect(readAll(reply)).rejects.toMatchObject({ code: 'stream_broken' });
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'failed', cause: { code: 'stream_broken' } });
  });

  it('is complete when the stream ends after the last word without its closing frame', async () => {
    const reply = await open(scripted(['c', 't']));
    expect(await readAll(reply)).toBe('ct');
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'complete' });
  });

  it('is complete when the connection breaks after the last word', async () => {
    const reply = await open(scripted(['c', 't', new Error('reset')]));
    expect(await readAll(reply)).toBe('ct');
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'complete' });
  });

  it('fails when the connection breaks', async () => {
    const reply = await open(scripted(['c', new Error('reset')]));
    await expect(readAll(reply)).rejects.toMatchObject({ code: 'internal', detail: 'reset' });
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'failed' });
  });

  it("delivers the provider's own error frame and fails", async () => {
    const reply = await open(scripted(['c', 'e']));
    expect(await readAll(reply)).toBe('ce');
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'failed', cause: { code: 'upstream_overloaded' } });
  });

  it('throws behind the last whole frame when the dialect is broken', async () => {
    const frames = scripted(['c', 'c!c'], { hangs: true });
    const reply = await open(frames);
    const reader = reply.bytes[Symbol.asyncIterator]();
    expect(text((await reader.next()).value as Uint8Array)).toBe('c');
    expect(text((await reader.next()).value as Uint8Array)).toBe('c');
    await expect(reader.next()).rejects.toMatchObject({ code: 'upstream_invalid_reply' });
    expect(frames.log).toEqual(['cancel']);
  });
});

describe('leaving', () => {
  const leave = async (steps: string[], how: (reply: Reply) => unknown): Promise<Outcome> => {
    const reply = await open(scripted(steps, { hangs: true }));
    how(reply);
    return reply.outcome;
  };

  it('is abandoned when the reader leaves before its first read', async () => {
    const outcome = await leave(['c'], (reply) => reply.bytes[Symbol.asyncIterator]().return?.());
    expect(outcome).toMatchObject({ kind: 'abandoned', cause: { code: 'client_aborted' } });
  });

  it("is failed when it is cancelled for the backend's fault", async () => {
    const outcome = await leave(['c'], (reply) => reply.cancel(new GatewayError('upstream_timeout', 'idle')));
    expect(outcome).toMatchObject({ kind: 'failed', cause: { code: 'upstream_timeout' } });
  });

  it('is complete when everything had been said', async () => {
    expect(await leave(['ct'], (reply) => reply.cancel(new GatewayError('client_aborted', 'bye')))).toMatchObject({
      kind: 'complete',
    });
  });

  it('settles once, whatever happens afterwards', async () => {
    const outcome = await leave(['c'], (reply) => {
      reply.cancel(new GatewayError('client_aborted', 'first'));
      reply.cancel(new GatewayError('upstream_timeout', 'second'));
    });
    expect(outcome).toMatchObject({ kind: 'abandoned', cause: { detail: 'first' } });
  });

  it('rejects a pending read with the reason', async () => {
    const reply = await open(scripted(['c'], { hangs: true }));
    const reader = reply.bytes[Symbol.asyncIterator]();
    await reader.next();
    const pending = reader.next();
    reply.cancel(new GatewayError('deadline_exceeded', '5 ms'));
    await expect(pending).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it('rejects a read after a cancel with the reason', async () => {
    const reply = await open(scripted(['c'], { hangs: true }));
    const reader = reply.bytes[Symbol.asyncIterator]();
    await reader.next();
    reply.cancel(new GatewayError('deadline_exceeded', '5 ms'));
    await expect(reader.next()).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it('just ends for a read after a cancel when everything had been said', async () => {
    const reply = await open(scripted(['ct'], { hangs: true }));
    const reader = reply.bytes[Symbol.asyncIterator]();
    await reader.next();
    reply.cancel(new GatewayError('client_aborted', 'bye'));
    await expect(reader.next()).resolves.toMatchObject({ done: true });
  });

  it('ends with the signal', async () => {
    const controller = new AbortController();
    const frames = scripted(['c'], { hangs: true });
    const reply = await open(frames, controller.signal);
    controller.abort(new GatewayError('client_aborted', 'closed'));
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'abandoned' });
    expect(frames.log).toEqual(['cancel']);
  });

  it('ends at once when the signal had aborted before the commit was noticed', async () => {
    const reply = await open(scripted(['c']), AbortSignal.abort(new GatewayError('client_aborted', 'closed')));
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'abandoned' });
  });
});

describe('reading twice', () => {
  it('throws', async () => {
    const reply = await open(scripted(['tx']));
    reply.bytes[Symbol.asyncIterator]();
    expect(() => reply.bytes[Symbol.asyncIterator]()).toThrow('read once');
  });
});
