import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';
import type { ProviderError } from '../openai-chat/in-band-error.js';
import { completeCall, continueCall, endCall, finishCall, openCall } from './decode-call.js';
import {
  annotateText,
  beginPart,
  completeRefusal,
  completeText,
  continueRefusal,
  continueText,
  endContentPart,
  endMessage,
  finishMessage,
  openMessage,
} from './decode-message.js';
import {
  completeReasoning,
  continueReasoning,
  endReasoning,
  finishReasoning,
  openReasoning,
} from './decode-reasoning.js';
import { emit, emitForeign, readIndex } from './decode-state.js';
import type { DecodeState, ItemState } from './decode-state.js';
import { decodeFinishReason, incompleteReason, isKnownReason, readEnd, readFault } from './response-end.js';
import type { ReplyEnd } from './response-end.js';
import { decodeUsage } from './usage.js';

const begin = (state: DecodeState, response: JsonObject): void => {
  if (state.phase !== 'waiting') return;
  const usage = decodeUsage(response['usage']);
  state.phase = 'open';
  state.replyId = asText(response['id']) ?? '';
  const model = asText(response['model']) ?? '';
  emit(state, { type: 'start', id: state.replyId, model, ...(usage && { usage }) });
};

const openItem = (state: DecodeState, index: number, wire: JsonObject): ItemState => {
  const path = `output[${index}]`;
  switch (wire['type']) {
    case 'message':
      return openMessage();
    case 'reasoning':
      return openReasoning(state);
    case 'function_call':
    case 'custom_tool_call':
      return openCall(state, wire, path);
    default:
      emitForeign(state, path, wire);
      return { kind: 'foreign', type: String(wire['type']), isDone: false };
  }
};

const addItem = (state: DecodeState, index: number, wire: JsonObject): ItemState => {
  const item = state.items.get(index) ?? openItem(state, index, wire);
  state.items.set(index, item);
  return item;
};

/** What a whole item has that was not told piece by piece; then its end. */
const finishItem = (state: DecodeState, index: number, wire: JsonObject): void => {
  const item = addItem(state, index, wire);
  const path = `output[${index}]`;
  if (item.isDone) return;
  if (item.kind === 'message') finishMessage(state, item, wire, path);
  else if (item.kind === 'reasoning') finishReasoning(state, item, wire, path);
  else if (item.kind === 'call') finishCall(state, item, wire, path);
};

const endItem = (state: DecodeState, item: ItemState): void => {
  if (item.isDone) return;
  if (item.kind === 'message') endMessage(state, item);
  else if (item.kind === 'reasoning') endReasoning(state, item, {});
  else if (item.kind === 'call') endCall(state, item);
};

/**
 * Compares the whole output with what was seen of it. Items are told apart by type and order: their ids may change on the
 * way, and a response may leave out some that it streamed, which moves the others.
 */
const finishOutput = (state: DecodeState, output: unknown): void => {
  const seen = new Map<string, number[]>();
  for (const [index, { type }] of [...state.items].sort(([one], [other]) => one - other)) {
    seen.set(type, [...(seen.get(type) ?? []), index]);
  }
  let next = Math.max(-1, ...state.items.keys()) + 1;
  for (const wire of asObjects(output)) {
    const index = seen.get(String(wire['type']))?.shift();
    finishItem(state, index ?? next, wire);
    if (index === undefined) next += 1;
  }
};

const fail = (state: DecodeState, { message, type }: ProviderError): void => {
  state.phase = 'over';
  emit(state, { type: 'error', message, ...(type !== undefined && { providerType: type }) });
};

/** The last thing of a reply: the whole response. */
const end = (state: DecodeState, ending: ReplyEnd): void => {
  const { response } = ending;
  begin(state, response);
  finishOutput(state, response['output']);
  for (const item of state.items.values()) endItem(state, item);
  const usage = decodeUsage(response['usage']);
  if (usage !== undefined) emit(state, { type: 'usage', usage });
  const reason = incompleteReason(response);
  if (!isKnownReason(reason)) emitForeign(state, 'incomplete_details.reason', reason);
  emit(state, { type: 'finish', reason: decodeFinishReason(ending, state) });
  state.phase = 'over';
};

type Handler = (state: DecodeState, event: JsonObject) => void;

/** What a foreign item goes on with was foreign when the item began, and is not told again. */
const isOfForeignItem = (state: DecodeState, { output_index: index }: JsonObject): boolean =>
  typeof index === 'number' && state.items.get(index)?.kind === 'foreign';

/** An event that was not known when this was written counts only if it belongs to the output. */
const meetUnknown: Handler = (state, event) => {
  if (event['output_index'] !== undefined) emitForeign(state, String(event['type']), event);
};

const isInReasoning = (event: JsonObject): boolean => asObject(event['part'])?.['type'] === 'reasoning_text';

const wordless: Handler = () => undefined;

const handlers: ReadonlyMap<unknown, Handler> = new Map(
  Object.entries({
    'response.created': wordless,
    'response.queued': wordless,
    'response.in_progress': wordless,
    'response.output_item.added': (state, event) => {
      addItem(state, readIndex(event, 'output_index'), asObject(event['item']) ?? {});
    },
    'response.output_item.done': (state, event) =>
      finishItem(state, readIndex(event, 'output_index'), asObject(event['item']) ?? {}),
    'response.content_part.added': (state, event) => {
      if (!isInReasoning(event)) beginPart(state, event);
    },
    'response.content_part.done': (state, event) =>
      isInReasoning(event) ? completeReasoning(state, event) : endContentPart(state, event),
    'response.output_text.delta': continueText,
    'response.output_text.done': completeText,
    'response.output_text.annotation.added': annotateText,
    'response.refusal.delta': continueRefusal,
    'response.refusal.done': completeRefusal,
    'response.reasoning_summary_part.added': wordless,
    'response.reasoning_summary_part.done': completeReasoning,
    'response.reasoning_summary_text.delta': continueReasoning,
    'response.reasoning_summary_text.done': completeReasoning,
    'response.reasoning_text.delta': continueReasoning,
    'response.reasoning_text.done': completeReasoning,
    // Open Responses has these names for the last two.
    'response.reasoning.delta': continueReasoning,
    'response.reasoning.done': completeReasoning,
    'response.function_call_arguments.delta': continueCall,
    'response.function_call_arguments.done': completeCall,
    'response.custom_tool_call_input.delta': continueCall,
    'response.custom_tool_call_input.done': completeCall,
  } satisfies Record<string, Handler>),
);

/**
 * What one event of the wire means, until the phase is `over`. Never makes up a `finish`: it comes with the provider's
 * own end.
 * @throws GatewayError `upstream_invalid_reply` for what cannot be
 */
export const stepDecode = (state: DecodeState, event: JsonObject): readonly ChatEvent[] => {
  state.events = [];
  const fault = readFault(event);
  const ending = readEnd(event);
  const handle = handlers.get(event['type']);
  if (fault !== undefined) fail(state, fault);
  else if (ending !== undefined) end(state, ending);
  else if (isOfForeignItem(state, event)) return [];
  else if (handle === undefined) meetUnknown(state, event);
  else {
    begin(state, asObject(event['response']) ?? {});
    handle(state, event);
  }
  return state.events;
};
