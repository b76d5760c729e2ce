import type { Citation, TokenLogprob } from '@claudette/core';

import { addItem, itemDone } from './output.js';
import type { Output } from './output.js';
import type {
  WireAnnotation,
  WireContentPart,
  WireEvent,
  WireItemStatus,
  WireLogprob,
  WireMessageItem,
  WireTopLogprob,
} from './wire-reply.js';

/**
 * A message item that is being written. Text and refusals that follow one another are parts of one message; it is over
 * once something else began and its parts have ended.
 */
export interface OpenMessage {
  readonly id: string;
  readonly outputIndex: number;
  readonly content: WireContentPart[];
  openParts: number;
}

/** One text or refusal that is being written. */
export interface OpenPart<K extends 'text' | 'refusal' = 'text' | 'refusal'> {
  readonly kind: K;
  readonly message: OpenMessage;
  readonly contentIndex: number;
  text: string;
  readonly annotations: WireAnnotation[];
  readonly logprobs: WireLogprob[];
}

const toItem = (message: OpenMessage, status: WireItemStatus): WireMessageItem => ({
  type: 'message',
  id: message.id,
  status,
  role: 'assistant',
  content: [...message.content],
});

/** Begins a message item. */
export const openMessage = (output: Output): { readonly message: OpenMessage; readonly event: WireEvent } => {
  const { id, outputIndex, event } = addItem(output, 'msg', (itemId) =>
    toItem({ id: itemId, outputIndex: 0, content: [], openParts: 0 }, 'in_progress'),
  );
  return { message: { id, outputIndex, content: [], openParts: 0 }, event };
};

/** Ends a message item. */
export const closeMessage = (output: Output, message: OpenMessage, status: WireItemStatus): WireEvent =>
  itemDone(output, message.outputIndex, toItem(message, status));

const toPart = ({ kind, text, annotations, logprobs }: OpenPart): WireContentPart =>
  kind === 'refusal'
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [...annotations], logprobs: [...logprobs] };

const placeOf = ({
  message,
  contentIndex,
}: OpenPart): { readonly item_id: string; readonly output_index: number; readonly content_index: number } => ({
  item_id: message.id,
  output_index: message.outputIndex,
  content_index: contentIndex,
});

/** Begins a part of a message. */
export const openPart = <K extends OpenPart['kind']>(
  message: OpenMessage,
  kind: K,
): { readonly part: OpenPart<K>; readonly event: WireEvent } => {
  const contentIndex = message.content.length;
  const part: OpenPart<K> = { kind, message, contentIndex, text: '', annotations: [], logprobs: [] };
  message.content.push(toPart(part));
  message.openParts += 1;
  return { part, event: { type: 'response.content_part.added', ...placeOf(part), part: toPart(part) } };
};

/** A piece of a part's words. */
export const writeWords = (part: OpenPart, delta: string): WireEvent => {
  part.text += delta;
  return part.kind === 'refusal'
    ? { type: 'response.refusal.delta', ...placeOf(part), delta }
    : { type: 'response.output_text.delta', ...placeOf(part), delta, logprobs: [] };
};

const toTopLogprob = ({ token, logprob }: { token: string; logprob: number }): WireTopLogprob => ({
  token,
  bytes: [...Buffer.from(token)],
  logprob,
});

/** Log probabilities of words that went out already: a delta without words of its own. */
export const writeLogprobs = (part: OpenPart<'text'>, tokens: readonly TokenLogprob[]): WireEvent => {
  const logprobs = tokens.map((token) => ({ ...toTopLogprob(token), top_logprobs: token.top.map(toTopLogprob) }));
  part.logprobs.push(...logprobs);
  return { type: 'response.output_text.delta', ...placeOf(part), delta: '', logprobs };
};

/** A citation; one that does not say where it applies is for all the text so far. */
export const writeCitation = (part: OpenPart<'text'>, citation: Citation): WireEvent => {
  const annotation: WireAnnotation = {
    type: 'url_citation',
    url: citation.url,
    title: citation.title ?? '',
    start_index: citation.startIndex ?? 0,
    end_index: citation.endIndex ?? part.text.length,
  };
  part.annotations.push(annotation);
  return {
    type: 'response.output_text.annotation.added',
    ...placeOf(part),
    annotation_index: part.annotations.length - 1,
    annotation,
  };
};

/** Ends a part. */
export const closePart = (part: OpenPart): readonly WireEvent[] => {
  const { message, contentIndex, text, logprobs } = part;
  const place = placeOf(part);
  const whole = toPart(part);
  message.content[contentIndex] = whole;
  message.openParts -= 1;
  return [
    part.kind === 'refusal'
      ? { type: 'response.refusal.done', ...place, refusal: text }
      : { type: 'response.output_text.done', ...place, text, logprobs: [...logprobs] },
    { type: 'response.content_part.done', ...place, part: whole },
  ];
};
