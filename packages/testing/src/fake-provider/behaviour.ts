import type { FinishReason } from '@claudette/core';

import type { FakeCitation, FakeToolCall, FakeUsage } from './answer.js';
import { fieldOf, parseJson } from './json-reading.js';
import type { BodyEncoding, WireHeaders } from './step.js';

/** Replaces what the model would have said. Any of deltas, refusal and toolCalls replaces all three. */
export interface AnswerOverrides {
  /** The text, one streamed delta each. */
  readonly deltas?: readonly string[];
  /** Is shown to the client whether it asked for it or not. */
  readonly reasoning?: readonly string[];
  /** Some of the thinking comes redacted. Only Anthropic does that. */
  readonly redacted?: boolean;
  readonly citations?: readonly FakeCitation[];
  /** Log probabilities of the text, with so many alternatives to each token. Anthropic has none. */
  readonly topLogprobs?: number;
  readonly refusal?: readonly string[];
  readonly toolCalls?: readonly FakeToolCall[];
  readonly finish?: FinishReason;
  /**
   * The vendor's own word for why it stopped, as it stands in the reply: `RECITATION`, `pause_turn`, the reason of an
   * incomplete Response (or `failed`, which is a status).
   */
  readonly finishWord?: string;
  /** Gemini refuses the prompt, e.g. `PROHIBITED_CONTENT`, and gives no candidate. The others answer as usual. */
  readonly blockReason?: string;
  /** Replaces the given classes; null: the provider counts nothing. */
  readonly usage?: Partial<FakeUsage> | null;
}

interface Common extends AnswerOverrides {
  /** Waits before the headers. @default 0 */
  readonly delayMs?: number;
  /** Compresses the body, flushed after every event. `gzip-cut` brings its own. */
  readonly encoding?: BodyEncoding;
}

/** Where a fault strikes. Of a JSON body, the first third is the preamble and the second the content. */
export interface FaultPlace {
  /** Strikes before the first content rather than right after it. @default false */
  readonly beforeContent?: boolean;
  /** Strikes after so many events, whatever they hold; 0 is right after the headers. */
  readonly afterEvents?: number;
}

/** Legal server-sent events that are seldom seen. Replies in JSON, streamed or not, stay as they are. */
export type OddFraming = 'crlf' | 'cr' | 'bom' | 'comments' | 'multi-line' | 'no-final-blank' | 'no-space';

/**
 * How the fake provider answers one request, in any dialect. What concerns finish and content leaves errors, lists,
 * vectors and token counts as they are.
 *
 * | kind | does |
 * |---|---|
 * | `answer`, `text`, `delay` | answers, with whatever is overridden |
 * | `reset`, `reset-before-headers` | resets the connection |
 * | `early-end` | ends cleanly before the provider has finished |
 * | `stall` | stops sending and keeps the connection open |
 * | `bad-json` | one content event breaks off inside its JSON |
 * | `in-band-error` | an error event, then the end (Responses: `error` and `response.failed`, or what `report` says); as JSON, an error body with status 200 (Responses: a failed Response) |
 * | `missing-finish` | Chat without finish_reason, Messages without message_stop, Responses without response.completed, Gemini without finishReason; a whole reply without any reason (Responses: still in progress) |
 * | `duplicate-terminal` | finishes twice; as JSON, the body twice |
 * | `trailing-garbage` | a content event and bytes of no format after the end |
 * | `no-done` | Chat without `[DONE]`; the others as usual |
 * | `split-utf8` | cuts inside every character of several bytes (and makes sure that there are some) |
 * | `split-frame` | writes `bytes` bytes at a time |
 * | `slow-drip` | waits `everyMs` between events |
 * | `gzip-cut` | a gzip body that ends in the middle |
 * | `odd-framing` | legal but rare server-sent events |
 * | `status` | an error in the dialect's shape |
 * | `error-in-200` | a JSON error body with status 200, to streams too |
 * | `html-502` | a proxy's error page |
 * | `invalid-json-body` | status 200 and a JSON body that breaks off |
 * | `raw` | the given bytes |
 */
export type Behaviour =
  | (Common & { readonly kind: 'answer' | 'text' | 'delay' })
  | (Common & FaultPlace & { readonly kind: 'reset' | 'early-end' | 'stall' | 'gzip-cut' | 'bad-json' })
  | (Common & FaultPlace & InBandErrorBehaviour)
  | (Common & {
      readonly kind:
        | 'reset-before-headers'
        | 'missing-finish'
        | 'duplicate-terminal'
        | 'trailing-garbage'
        | 'no-done'
        | 'split-utf8'
        | 'error-in-200'
        | 'html-502'
        | 'invalid-json-body';
    })
  /** @default bytes 1 */
  | (Common & { readonly kind: 'split-frame'; readonly bytes?: number })
  /** @default everyMs 20 */
  | (Common & { readonly kind: 'slow-drip'; readonly everyMs?: number })
  | (Common & { readonly kind: 'odd-framing'; readonly framing: OddFraming })
  | (Common & StatusBehaviour)
  | (Common & RawBehaviour);

/** The provider reports its own failure after the reply has begun. */
export interface InBandErrorBehaviour {
  readonly kind: 'in-band-error';
  /**
   * What a stream of Responses reports it with: an `error` event, the same with its fields beside the type (as OpenAI
   * documents it, and its client does not notice), or `response.failed`. @default `error`, then `response.failed`
   */
  readonly report?: 'error' | 'flat-error' | 'response.failed';
}

/** An HTTP error in the dialect's shape. */
export interface StatusBehaviour {
  readonly kind: 'status';
  readonly status: number;
  readonly message?: string;
  /** The vendor's word for the error. */
  readonly type?: string;
  /** OpenAI's `error.code`. */
  readonly code?: string;
  readonly headers?: WireHeaders;
  /**
   * The `retry-after` header. @default '1' with status 429, otherwise absent. Gemini has no such header unless it is
   * given here: it writes the time into the body, as `RetryInfo`.
   */
  readonly retryAfter?: string;
}

/** Bytes as given, e.g. a recording. */
export interface RawBehaviour {
  readonly kind: 'raw';
  /** @default 200 */
  readonly status?: number;
  /** @default text/event-stream; charset=utf-8 */
  readonly contentType?: string;
  readonly headers?: WireHeaders;
  /** Each is written by itself. */
  readonly chunks: readonly (string | Uint8Array)[];
  /** Waits so long between two chunks. @default 0 */
  readonly everyMs?: number;
}

const kinds: Readonly<Record<Behaviour['kind'], true>> = {
  answer: true,
  text: true,
  delay: true,
  reset: true,
  'reset-before-headers': true,
  'early-end': true,
  stall: true,
  'bad-json': true,
  'in-band-error': true,
  'missing-finish': true,
  'duplicate-terminal': true,
  'trailing-garbage': true,
  'no-done': true,
  'split-utf8': true,
  'split-frame': true,
  'slow-drip': true,
  'gzip-cut': true,
  'odd-framing': true,
  status: true,
  'error-in-200': true,
  'html-502': true,
  'invalid-json-body': true,
  raw: true,
};

/** Every kind there is, for tests that walk over all of them. */
export const behaviourKinds = Object.keys(kinds) as readonly Behaviour['kind'][];

/**
 * Reads a behaviour from a header or a prompt: a kind alone, or the whole behaviour as JSON.
 *
 * @returns undefined when there is no such kind
 */
export function parseBehaviour(text: string): Behaviour | undefined {
  const value = text.trimStart().startsWith('{') ? parseJson(text) : { kind: text.trim() };
  const kind = fieldOf(value, 'kind');
  return typeof kind === 'string' && kind in kinds ? (value as Behaviour) : undefined;
}
