import { GatewayError } from '@claudette/core';
import type { ChatEvent, FinishReason } from '@claudette/core';

import { closeBlock, leaveMessage, stepEncode, toResponse } from './encode-step.js';
import type { EncodeState, ResponseEnd } from './encode-step.js';
import type { WireEvent, WireResponse } from './wire-reply.js';

/** What a refusal says that came without words. */
const refusalText = 'The model declined to answer.';

const incompleteReasons: Readonly<Partial<Record<FinishReason, 'max_output_tokens' | 'content_filter'>>> = {
  length: 'max_output_tokens',
  'context-length': 'max_output_tokens',
  'content-filter': 'content_filter',
};

/** Refusals are known by their words alone, so one without gets some. */
const writeRefusal = (state: EncodeState): readonly WireEvent[] => {
  const block = -1;
  return [
    ...stepEncode(state, { type: 'refusal-start', block }),
    ...stepEncode(state, { type: 'refusal-delta', block, text: refusalText }),
    ...stepEncode(state, { type: 'refusal-end', block }),
  ];
};

/** The closing events, the last of which holds the whole response. */
export interface ReplyEnd {
  readonly before: readonly WireEvent[];
  readonly type: 'response.completed' | 'response.incomplete';
  readonly response: WireResponse;
}

/**
 * What follows the last event of a reply.
 * @param completedAtSeconds null where the reply's time is not known
 * @throws GatewayError `internal` before `finish`: an end is never made up
 */
export const encodeEnd = (state: EncodeState, completedAtSeconds: number | null): ReplyEnd => {
  const { finish } = state;
  if (finish === undefined) throw new GatewayError('internal', 'the stream is closed before its finish');
  const reason = incompleteReasons[finish];
  const status = reason === undefined ? 'completed' : 'incomplete';
  const isWordless = finish === 'refusal' && !state.hasRefusal;
  const before = [
    ...[...state.blocks.values()].flatMap((open) => closeBlock(state, open)),
    ...(isWordless ? writeRefusal(state) : []),
    ...leaveMessage(state, status),
  ];
  const end: ResponseEnd =
    reason === undefined
      ? { status: 'completed', completed_at: completedAtSeconds }
      : { status: 'incomplete', incomplete_details: { reason } };
  return { before, type: `response.${status}`, response: toResponse(state, end) };
};

/** The codes that the API's own schema has for a failed response and that a provider's word may stand for. */
const errorCodes: readonly string[] = ['server_error', 'rate_limit_exceeded', 'invalid_prompt', 'vector_store_timeout'];

/** A response that the provider gave up on. */
export const failResponse = (
  state: EncodeState,
  { message, providerType = '' }: Extract<ChatEvent, { type: 'error' }>,
): WireEvent => {
  const code = errorCodes.includes(providerType) ? providerType : 'server_error';
  return { type: 'response.failed', response: toResponse(state, { status: 'failed', error: { code, message } }) };
};
