import type { CallSignal, ChatEvent, ChatRequest, Loss, Operation } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import type { Codec, ReplyContext } from '@claudette/protocol';
import { restoreTextCalls } from '@claudette/protocol';

import { formatLosses } from '../format-losses.js';

/** What a reply is translated for. */
export interface Translation {
  /** The client's dialect. */
  readonly to: Codec;
  readonly operation: Operation;
  readonly request: ChatRequest;
  readonly context: ReplyContext;
  /** A loss ends the translation. */
  readonly strict: boolean;
  /** The client's. */
  readonly signal: CallSignal;
}

type Restore = (event: ChatEvent) => readonly ChatEvent[];

/** Turns function calls that stand for calls with text back into these; undefined where the client has no such tools. */
export const restorerFor = ({ tools }: ChatRequest): Restore | undefined =>
  tools.some(({ takesText }) => takesText !== undefined) ? restoreTextCalls(tools) : undefined;

/** What a strict client is told instead of an answer with these losses. */
export const replyRefused = (losses: readonly Loss[]): GatewayError =>
  new GatewayError('translation_refused', `the answer has parts that the dialect lacks: ${formatLosses(losses)}`);
