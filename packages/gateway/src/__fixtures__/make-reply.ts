import type { ByteSource, DialectId, Framing, Reply } from '@claudette/core';
import { openReply } from '@claudette/core';
import { codecs } from '@claudette/protocol';

import { target } from './make-call.js';

export interface MadeReply {
  readonly dialect?: DialectId;
  readonly framing?: Framing;
  /** Whole frames, or one JSON body. */
  readonly frames: readonly string[];
  /** What the connection does after the last frame. @default it ends */
  readonly then?: () => Promise<IteratorResult<Uint8Array, undefined>>;
  readonly signal?: AbortSignal;
}

/** Gives the chunks one by one, then ends or does what `then` says. Counts how often it was cancelled. */
export function sourceOf(
  chunks: readonly string[],
  then: MadeReply['then'] = () => Promise.resolve({ done: true, value: undefined }),
): ByteSource & { readonly cancelled: number } {
  const rest = chunks.map((chunk) => Buffer.from(chunk));
  let cancelled = 0;
  return {
    next() {
      const value = rest.shift();
      return value === undefined ? then() : Promise.resolve({ done: false, value });
    },
    cancel: () => void (cancelled += 1),
    finish: () => undefined,
    get cancelled() {
      return cancelled;
    },
  };
}

/** A reply as dispatch would open it. */
export const makeReply = ({
  dialect = 'openai-chat',
  framing = 'sse',
  frames,
  then,
  signal = new AbortController().signal,
}: MadeReply): Promise<Reply> =>
  openReply({
    target: { ...target, dialect },
    dialect,
    framing,
    status: 200,
    headers: {},
    frames: sourceOf(frames, then),
    scanner: codecs[dialect].createScanner(framing),
    signal,
    losses: [],
  });

/** One frame of an openai-chat stream; `rest` is laid over its choice. */
export const frameOf = (delta: object, finish: string | null = null, rest: object = {}): string =>
  `data: ${JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-fake',
    choices: [{ index: 0, delta, finish_reason: finish, ...rest }],
  })}\n\n`;

/** The frames of a stream that says hello, in openai-chat. */
export const helloFrames: readonly string[] = [
  frameOf({ role: 'assistant', content: '' }),
  frameOf({ content: 'hel' }),
  frameOf({ content: 'lo' }),
  frameOf({}, 'stop'),
  'data: [DONE]\n\n',
];

/** The same answer as one JSON body. */
export const helloBody = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-fake',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
});
