import { openReply } from '@claudette/core';
import type { ByteSource, Call, Exchange, GatewayError, Reply, Scanner, Target } from '@claudette/core';

export const target: Target = {
  backend: 'claude',
  model: 'opus',
  provider: 'anthropic',
  dialect: 'anthropic-messages',
};

/** A streaming call that routing has not seen. */
export const callWithoutTarget = (context: Partial<Call['context']> = {}): Call => ({
  operation: 'generate',
  request: { model: 'auto', messages: [], stream: true, streamUsage: true, tools: [], foreign: [] },
  context: {
    id: 'x1',
    principal: { id: 'local', name: 'local' },
    signal: new AbortController().signal,
    observe: () => undefined,
    cacheMode: 'default',
    strict: false,
    tags: [],
    ...context,
  },
});

/** A streaming call to the target. */
export const aCall = (overrides: Partial<Call> = {}, context: Partial<Call['context']> = {}): Call => ({
  ...callWithoutTarget(context),
  target,
  ...overrides,
});

/** One attempt at the scripted provider. */
export interface ScriptedAttempt {
  readonly call: Call;
  /** One chunk of content; the first one commits. */
  say(): void;
  /** The provider's last word. */
  finish(): void;
  fail(cause: GatewayError): void;
}

export interface ScriptedUpstream {
  readonly exchange: Exchange;
  readonly attempts: readonly ScriptedAttempt[];
  /** The attempt that arrived last. */
  readonly last: ScriptedAttempt;
}

const CONTENT = 1;
const TERMINAL = 2;

const scanner = (): Scanner => {
  const seen = { committed: false, finished: false };
  return {
    see(bytes) {
      seen.committed = true;
      seen.finished ||= bytes[0] === TERMINAL;
      return bytes.length;
    },
    get committed() {
      return seen.committed;
    },
    get finished() {
      return seen.finished;
    },
    get closed() {
      return seen.finished;
    },
    failure: undefined,
    usage: undefined,
    finishReason: undefined,
  };
};

/**
 * A provider that says what the test makes it say, when the test makes it: real replies over scripted bytes.
 *
 * @param framing of its replies. @default 'sse'
 */
export function scriptedUpstream(framing: Reply['framing'] = 'sse'): ScriptedUpstream {
  const attempts: ScriptedAttempt[] = [];
  return {
    attempts,
    exchange(call) {
      const { signal } = call.context;
      const steps: (() => IteratorResult<Uint8Array, undefined>)[] = [];
      let wake = (): void => undefined;
      let cancelled = false;
      const add = (step: () => IteratorResult<Uint8Array, undefined>): void => {
        steps.push(step);
        wake();
      };
      const cancel = (): void => {
        cancelled = true;
        wake();
      };
      signal.addEventListener('abort', cancel);
      const frames: ByteSource = {
        async next() {
          while (steps.length === 0 && !cancelled) await new Promise<void>((resolve) => (wake = resolve));
          signal.throwIfAborted();
          return steps.shift()?.() ?? { done: true, value: undefined };
        },
        cancel,
        finish: () => undefined,
      };
      attempts.push({
        call,
        say: () => add(() => ({ done: false, value: Uint8Array.of(CONTENT) })),
        finish: () => add(() => ({ done: false, value: Uint8Array.of(TERMINAL) })),
        fail: (cause) =>
          add(() => {
            throw cause;
          }),
      });
      const { dialect } = target;
      return openReply({
        ...{ target, dialect, framing, status: 200, headers: {}, losses: [] },
        ...{ frames, scanner: scanner(), signal },
      });
    },
    get last() {
      const attempt = attempts.at(-1);
      if (attempt === undefined) throw new Error('No attempt has arrived');
      return attempt;
    },
  };
}

/** Reads a reply to its end; returns how many chunks there were. */
export const readAll = async (reply: Reply): Promise<number> => {
  let chunks = 0;
  const reader = reply.bytes[Symbol.asyncIterator]();
  while ((await reader.next()).done !== true) chunks += 1;
  return chunks;
};
