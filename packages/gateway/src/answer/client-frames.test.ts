import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createClientFrames, HEARTBEAT_MS } from './client-frames.js';

type Step = IteratorResult<Uint8Array, undefined>;

const beat = ': beat\n\n';

/** A stream that says what the test makes it say. */
const start = ({ beats = true, aborted = false } = {}) => {
  const clock = createFakeClock();
  const client = new AbortController();
  if (aborted) client.abort();
  let answer: { resolve: (step: Step) => void; reject: (cause: unknown) => void } | undefined;
  let reads = 0;
  let returned = 0;
  const upstream: AsyncIterator<Uint8Array, undefined> = {
    next() {
      reads += 1;
      return new Promise((resolve, reject) => (answer = { resolve, reject }));
    },
    return() {
      returned += 1;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  const frames = createClientFrames(upstream, {
    writeFault: (error) => Buffer.from(`error ${error.code}`),
    heartbeat: beats ? Buffer.from(beat) : undefined,
    clock,
    signal: client.signal,
  });
  return {
    clock,
    client,
    frames,
    read: async () => {
      const { value } = await frames.next();
      return value === undefined ? 'end' : Buffer.from(value).toString();
    },
    say: (text: string) => answer?.resolve({ done: false, value: Buffer.from(text) }),
    end: () => answer?.resolve({ done: true, value: undefined }),
    fail: (cause: unknown) => answer?.reject(cause),
    counts: () => ({ reads, returned }),
  };
};

describe('the frames of a client', () => {
  it('are those that come', async () => {
    const { read, say, end } = start();
    const first = read();
    say('one');
    expect(await first).toBe('one');
    const last = read();
    end();
    expect([await last, await read()]).toEqual(['end', 'end']);
  });

  it('end with the fault that breaks them', async () => {
    const { read, fail } = start();
    const first = read();
    fail(new Error('cut'));
    expect([await first, await read()]).toEqual(['error internal', 'end']);
  });
});

describe('a heartbeat', () => {
  it('is sent while the client waits and nothing comes', async () => {
    const { clock, read, say, counts } = start();
    const first = read();
    clock.advance(HEARTBEAT_MS - 1);
    clock.advance(1);
    expect(await first).toBe(beat);
    const second = read();
    clock.advance(HEARTBEAT_MS);
    expect(await second).toBe(beat);
    const third = read();
    say('one');
    expect([await third, counts().reads]).toEqual(['one', 1]);
  });

  it('is not sent before so much time has passed since the last frame', async () => {
    const { clock, read, say } = start();
    const first = read();
    clock.advance(HEARTBEAT_MS - 1);
    say('one');
    await first;
    const second = read();
    clock.advance(HEARTBEAT_MS - 1);
    say('two');
    expect(await second).toBe('two');
    const third = read();
    clock.advance(HEARTBEAT_MS);
    expect(await third).toBe(beat);
  });

  it('keeps the frame that came while nobody waited', async () => {
    const { clock, read, say, counts } = start();
    const first = read();
    clock.advance(HEARTBEAT_MS);
    await first;
    say('one');
    await Promise.resolve();
    expect([await read(), counts().reads]).toEqual(['one', 1]);
  });

  it('is not sent to a client that does not read', async () => {
    const { clock, read, say } = start();
    clock.advance(10 * HEARTBEAT_MS);
    const first = read();
    say('one');
    expect(await first).toBe('one');
  });

  it('takes one timer, however many frames there are', async () => {
    const { clock, read, say } = start();
    for (let count = 0; count < 100; count += 1) {
      const next = read();
      say('one');
      await next;
    }
    expect(clock.pending).toBe(1);
  });

  it('takes none where the dialect has nothing to say', async () => {
    const { clock, read, say } = start({ beats: false });
    const first = read();
    clock.advance(10 * HEARTBEAT_MS);
    say('one');
    expect([await first, clock.pending]).toEqual(['one', 0]);
  });

  it('takes none for a client that has left already', () => {
    expect(start({ aborted: true }).clock.pending).toBe(0);
  });

  it.each<[string, (stream: ReturnType<typeof start>) => unknown]>([
    ['the stream ends', ({ end }) => end()],
    ['the stream breaks', ({ fail }) => fail(new Error('cut'))],
    ['the reader leaves', ({ frames }) => frames.return?.()],
    ['the client leaves', ({ client }) => client.abort()],
  ])('takes no time once %s', async (_, leave) => {
    const stream = start();
    void stream.read();
    await leave(stream);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.clock.pending).toBe(0);
  });
});

it('a reader that leaves while it waits is told of the end', async () => {
  const { frames, read, counts } = start();
  const waiting = read();
  await frames.return?.();
  expect([await waiting, await read(), counts().returned]).toEqual(['end', 'end', 1]);
});
