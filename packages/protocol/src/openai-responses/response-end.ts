import type { FinishReason } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import { readErrorFrame, readProviderError } from '../openai-chat/in-band-error.js';
import type { ProviderError } from '../openai-chat/in-band-error.js';

type EndStatus = 'completed' | 'incomplete' | 'failed' | 'cancelled';

const endStatuses: readonly EndStatus[] = ['completed', 'incomplete', 'failed', 'cancelled'];
const endTypes: ReadonlyMap<unknown, EndStatus> = new Map(endStatuses.map((status) => [`response.${status}`, status]));

interface AnyEnd {
  readonly response: JsonObject;
  readonly status: EndStatus;
}

/** The response's own status counts more than the name of the event that brings it. */
const readAnyEnd = (event: JsonObject): AnyEnd | undefined => {
  const said = endTypes.get(event['type']);
  if (said === undefined) return undefined;
  const response = asObject(event['response']) ?? {};
  return { response, status: endStatuses.find((status) => status === response['status']) ?? said };
};

/** How a reply ended well. */
export interface ReplyEnd {
  readonly response: JsonObject;
  readonly status: 'completed' | 'incomplete';
}

/** The end of the reply that an event brings; undefined for other events, and for faults. */
export const readEnd = (event: JsonObject): ReplyEnd | undefined => {
  const end = readAnyEnd(event);
  if (end?.status !== 'completed' && end?.status !== 'incomplete') return undefined;
  return { response: end.response, status: end.status };
};

const describeFault = ({ response, status }: AnyEnd): ProviderError => {
  const error = asObject(response['error']);
  return error === undefined ? { message: `the response ended as ${status}` } : readErrorFrame(error);
};

/**
 * The fault that an event reports; undefined for other events. An `error` event has its fields at the top or under
 * `error`; what has no type comes from something in between.
 */
export const readFault = (event: JsonObject): ProviderError | undefined => {
  const { type } = event;
  if (type === 'error') return readErrorFrame({ ...event, type: undefined });
  if (type === undefined) return readProviderError(event);
  const end = readAnyEnd(event);
  return end?.status === 'failed' || end?.status === 'cancelled' ? describeFault(end) : undefined;
};

/** What is known of an answer beside its status, which does not tell these ends apart. */
export interface AnswerContent {
  readonly hasToolCalls: boolean;
  readonly hasRefusal: boolean;
}

const incompleteReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content-filter'],
]);

/** Why a response is incomplete, in the provider's word. */
export const incompleteReason = (response: JsonObject): string | undefined =>
  asText(asObject(response['incomplete_details'])?.['reason']);

/** Whether this dialect had the reason when this was written; others count as a limit that was met. */
export const isKnownReason = (reason: string | undefined): boolean =>
  reason === undefined || incompleteReasons.has(reason);

/** Why an answer that ended well stopped. */
export const decodeFinishReason = ({ response, status }: ReplyEnd, content: AnswerContent): FinishReason => {
  if (status === 'incomplete') return incompleteReasons.get(incompleteReason(response)) ?? 'length';
  if (content.hasToolCalls) return 'tool-calls';
  return content.hasRefusal ? 'refusal' : 'stop';
};
