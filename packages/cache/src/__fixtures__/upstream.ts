import { openReply } from '@claudette/core';
import type { ByteSource, Call, Exchange, Framing, Reply, Scanner, Target } from '@claudette/core';
import { noUsage } from '@claudette/core';

import { target } from './calls.js';

export const usage = { ...noUsage, inputTokens: 10, outputTokens: 20 };

/** One call that arrived upstream, answered as the test says. */
export interface UpstreamCall {
  readonly call: Call;
  /**
   * Sends chunks. One that contains `END` is the provider's last; one that contains `FINISH` ends all but its framing, and
   * one that contains `UNFINISHED` has the whole end without a finish reason.
   */
  say(...chunks: readonly string[]): void;
  /** Breaks the connection, or rejects the call when nothing was said yet. */
  fail(thrown: unknown): void;
  /** Closes the connection. */
  hangUp(): void;
  readonly cancelled: boolean;
}

export interface Upstream {
  readonly exchange: Exchange;
  readonly calls: readonly UpstreamCall[];
  /** The latest call. */
  readonly last: UpstreamCall;
}

type Step = () => IteratorResult<Uint8Array, undefined>;

/** A provider over core's own `openReply`: only its bytes are scripted. */
export function createUpstream(
  reply: Partial<Pick<Reply, 'status' | 'headers' | 'losses'>> & {
    readonly framing?: Framing;
    readonly target?: Target;
  } = {},
): Upstream {
  const calls: UpstreamCall[] = [];

  const exchange: Exchange = (call) => {
    const steps: Step[] = [];
    let wake = (): void => undefined;
    let cancelled = false;
    const { signal } = call.context;
    const add = (step: Step): void => {
      steps.push(step);
      wake();
    };
    const frames: ByteSource = {
      async next() {
        for (;;) {
          const step = steps.shift();
          if (step !== undefined) return step();
          if (signal.aborted) throw signal.reason;
          if (cancelled) return { done: true, value: undefined };
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      cancel() {
        cancelled = true;
        wake();
      },
      finish: () => undefined,
    };
    signal.addEventListener('abort', frames.cancel);
    calls.push({
      call,
      say: (...chunks) => chunks.forEach((text) => add(() => ({ done: false, value: new TextEncoder().encode(text) }))),
      fail: (thrown) =>
        add(() => {
          throw thrown;
        }),
      hangUp: () => add(() => ({ done: true, value: undefined })),
      get cancelled() {
        return cancelled;
      },
    });
    return openReply({
      target,
      dialect: target.dialect,
      framing: 'sse',
      status: 200,
      headers: { 'x-request-id': 'r1' },
      losses: [],
      ...reply,
      frames,
      scanner: createScanner(),
      signal,
    });
  };

  return {
    exchange,
    calls,
    get last() {
      const call = calls.at(-1);
      if (call === undefined) throw new Error('Nothing was called');
      return call;
    },
  };
}

const createScanner = (): Scanner => {
  let committed = false;
  let finished = false;
  let closed = false;
  let reason: 'stop' | undefined = 'stop';
  return {
    see(frames) {
      const text = new TextDecoder().decode(frames);
      committed ||= !text.includes('PREAMBLE');
      finished ||= /FINISH|END/.test(text);
      if (text.includes('UNFINISHED')) reason = undefined;
      closed ||= text.includes('END');
      return frames.length;
    },
    get committed() {
      return committed;
    },
    get finished() {
      return finished;
    },
    get closed() {
      return closed;
    },
    failure: undefined,
    get usage() {
      return finished ? usage : undefined;
    },
    get finishReason() {
      return finished ? reason : undefined;
    },
  };
};

/** Everything a reply says, one string per chunk. */
export const readAll = async (reply: Reply): Promise<string[]> => {
  const chunks: string[] = [];
  for await (const chunk of reply.bytes) chunks.push(new TextDecoder().decode(chunk));
  return chunks;
};

/** Lets everything run that waits for nothing but promises. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
