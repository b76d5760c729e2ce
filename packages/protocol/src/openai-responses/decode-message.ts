import type { Citation, TokenLogprob } from '@claudette/core';

import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText, invalidReply } from '../json/parse-reply.js';
import { emit, emitForeign, emitRest, itemOrNew, readDelta, readIndex, restOf, takeBlock } from './decode-state.js';
import type { DecodeState, MessageState, PartState } from './decode-state.js';

export const openMessage = (): MessageState => ({ kind: 'message', type: 'message', isDone: false, parts: new Map() });

const openPart = (state: DecodeState, kind: PartState['kind']): PartState => {
  const block = takeBlock(state);
  if (kind === 'refusal') state.hasRefusal = true;
  emit(state, { type: `${kind}-start`, block });
  return { kind, block, text: '', hasLogprobs: false, annotations: 0, isDone: false };
};

const endPart = (state: DecodeState, part: PartState): void => {
  if (part.isDone) return;
  part.isDone = true;
  emit(state, { type: `${part.kind}-end`, block: part.block });
};

const addPart = (state: DecodeState, message: MessageState, index: number, kind: PartState['kind']): PartState => {
  const part = openPart(state, kind);
  message.parts.set(index, part);
  return part;
};

const partOf = (state: DecodeState, event: JsonObject, kind: PartState['kind']): PartState => {
  const message = itemOrNew(state, event, 'message', openMessage);
  const index = readIndex(event, 'content_index');
  const part = message.parts.get(index);
  if (part === undefined) return addPart(state, message, index, kind);
  if (part.kind !== kind || part.isDone) {
    const what = part.isDone ? 'is over' : `is a ${part.kind}`;
    throw invalidReply(`content[${index}] ${what} but goes on`, JSON.stringify(event));
  }
  return part;
};

const say = (state: DecodeState, part: PartState, text: string): void => {
  if (text === '') return;
  part.text += text;
  emit(state, { type: `${part.kind}-delta`, block: part.block, text });
};

const toLogprob = (wire: JsonObject): { readonly token: string; readonly logprob: number } | undefined => {
  const { token, logprob } = wire;
  return typeof token === 'string' && typeof logprob === 'number' ? { token, logprob } : undefined;
};

const readLogprobs = (wire: unknown): readonly TokenLogprob[] =>
  asObjects(wire).flatMap((entry) => {
    const logprob = toLogprob(entry);
    const top = asObjects(entry['top_logprobs']).flatMap((other) => toLogprob(other) ?? []);
    return logprob === undefined ? [] : [{ top, ...logprob }];
  });

const tellLogprobs = (state: DecodeState, part: PartState, wire: unknown): void => {
  const tokens = readLogprobs(wire);
  if (tokens.length === 0) return;
  part.hasLogprobs = true;
  emit(state, { type: 'text-logprobs', block: part.block, tokens });
};

const readCitation = (annotation: JsonObject): Citation | undefined => {
  const url = asText(annotation['url']);
  if (annotation['type'] !== 'url_citation' || url === undefined) return undefined;
  const { start_index: startIndex, end_index: endIndex } = annotation;
  return compact({
    url,
    title: asText(annotation['title']),
    startIndex: typeof startIndex === 'number' ? startIndex : undefined,
    endIndex: typeof endIndex === 'number' ? endIndex : undefined,
  });
};

const cite = (state: DecodeState, part: PartState, annotation: JsonObject, path: string): void => {
  const citation = readCitation(annotation);
  if (citation === undefined) emitForeign(state, `${path}.annotations[${part.annotations}]`, annotation);
  else emit(state, { type: 'text-citation', block: part.block, citation });
  part.annotations += 1;
};

const pathOf = (event: JsonObject): string =>
  `output[${String(event['output_index'])}].content[${String(event['content_index'])}]`;

/** `response.output_text.delta`. */
export const continueText = (state: DecodeState, event: JsonObject): void => {
  const part = partOf(state, event, 'text');
  say(state, part, readDelta(event));
  tellLogprobs(state, part, event['logprobs']);
};

/** What a whole part has that its pieces had not. */
const complete = (state: DecodeState, part: PartState, whole: JsonObject): void => {
  say(state, part, restOf(whole[part.kind], part.text));
  if (!part.hasLogprobs) tellLogprobs(state, part, whole['logprobs']);
};

/** `response.output_text.done`. */
export const completeText = (state: DecodeState, event: JsonObject): void =>
  complete(state, partOf(state, event, 'text'), event);

/** `response.output_text.annotation.added`. */
export const annotateText = (state: DecodeState, event: JsonObject): void =>
  cite(state, partOf(state, event, 'text'), asObject(event['annotation']) ?? {}, pathOf(event));

/** `response.refusal.delta`. */
export const continueRefusal = (state: DecodeState, event: JsonObject): void =>
  say(state, partOf(state, event, 'refusal'), readDelta(event));

/** `response.refusal.done`. */
export const completeRefusal = (state: DecodeState, event: JsonObject): void =>
  complete(state, partOf(state, event, 'refusal'), event);

const kinds: ReadonlyMap<unknown, PartState['kind']> = new Map([
  ['output_text', 'text'],
  ['text', 'text'],
  ['refusal', 'refusal'],
]);

/** `response.content_part.added` in a message. */
export const beginPart = (state: DecodeState, event: JsonObject): void => {
  const message = itemOrNew(state, event, 'message', openMessage);
  const index = readIndex(event, 'content_index');
  const kind = kinds.get(asObject(event['part'])?.['type']);
  if (message.parts.has(index)) return;
  if (kind === undefined) {
    message.parts.set(index, undefined);
    emitForeign(state, pathOf(event), event['part']);
  } else addPart(state, message, index, kind);
};

const textFields = ['type', 'text', 'annotations', 'logprobs'];
const refusalFields = ['type', 'refusal'];

/** What a whole part has that was not told piece by piece; then its end. */
const finishPart = (state: DecodeState, message: MessageState, index: number, wire: JsonObject, path: string): void => {
  const kind = kinds.get(wire['type']);
  const known = message.parts.get(index);
  if (kind === undefined || (known === undefined && message.parts.has(index))) {
    emitForeign(state, path, wire);
    return;
  }
  const part = known ?? addPart(state, message, index, kind);
  if (part.isDone) return;
  complete(state, part, wire);
  for (const annotation of asObjects(wire['annotations']).slice(part.annotations)) cite(state, part, annotation, path);
  emitRest(state, wire, kind === 'text' ? textFields : refusalFields, path);
  endPart(state, part);
};

/** `response.content_part.done` in a message. */
export const endContentPart = (state: DecodeState, event: JsonObject): void => {
  const message = itemOrNew(state, event, 'message', openMessage);
  finishPart(state, message, readIndex(event, 'content_index'), asObject(event['part']) ?? {}, pathOf(event));
};

const messageFields = ['id', 'type', 'role', 'status', 'content'];

/** What a whole message has that was not told piece by piece; then its end. */
export const finishMessage = (state: DecodeState, message: MessageState, wire: JsonObject, path: string): void => {
  asObjects(wire['content']).forEach((part, index) =>
    finishPart(state, message, index, part, `${path}.content[${index}]`),
  );
  emitRest(state, wire, messageFields, path);
  endMessage(state, message);
};

/** Ends what is open of a message. */
export const endMessage = (state: DecodeState, message: MessageState): void => {
  for (const part of message.parts.values()) if (part !== undefined) endPart(state, part);
  message.isDone = true;
};
