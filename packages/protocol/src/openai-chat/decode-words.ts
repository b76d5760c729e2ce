import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects } from '../json/parse-reply.js';
import { decodeAnnotation } from './citations.js';
import { endCalls } from './decode-calls.js';
import { addText, endSpoken, reportForeign, reportOnce, run } from './decode-state.js';
import type { DecodeState, Transition } from './decode-state.js';
import { decodeLogprobs } from './logprobs.js';
import { saysNothing } from './read-message.js';
import type { Spoken } from './read-message.js';

const openSpoken =
  (kind: Spoken['kind']): Transition =>
  (state) => {
    const block = state.nextBlock;
    const content = kind === 'refusal' ? { ...state.content, hasRefusal: true } : state.content;
    return {
      state: { ...state, nextBlock: block + 1, spoken: { kind, block, start: state.textLength }, content },
      events: [{ type: `${kind}-start`, block }],
    };
  };

/** Words, in a block of their kind. */
export const speak =
  ({ kind, text }: Spoken): Transition =>
  (state) => {
    if (state.spoken?.kind === kind) {
      const next = kind === 'text' ? addText(state, text) : state;
      return { state: next, events: [{ type: `${kind}-delta`, block: state.spoken.block, text }] };
    }
    return run(state, [endSpoken, endCalls('whole'), openSpoken(kind), speak({ kind, text })]);
  };

/** The block that citations and logprobs belong to. */
const openText = ({ spoken }: DecodeState): DecodeState['spoken'] => (spoken?.kind === 'text' ? spoken : undefined);

const annotationsPath = 'choices[0].message.annotations';

const annotate =
  (annotation: JsonObject): Transition =>
  (state) => {
    const text = openText(state);
    const citation = decodeAnnotation(annotation, text?.start ?? 0);
    if (text === undefined || citation === undefined) return reportForeign(annotationsPath, annotation)(state);
    return { state, events: [{ type: 'text-citation', block: text.block, citation }] };
  };

/** Citations with their places in the text: `annotations` of a message or a delta. */
export const citePlaces = (message: JsonObject): readonly Transition[] =>
  asObjects(message['annotations']).map(annotate);

const citeSource =
  (url: string, isLast: boolean): Transition =>
  (state) => {
    const text = openText(state);
    if (text !== undefined)
      return reportOnce(url, { type: 'text-citation', block: text.block, citation: { url } })(state);
    return isLast && !state.reported.has(url) ? reportForeign('citations', url)(state) : { state, events: [] };
  };

/**
 * Citations without: the URLs that xAI and Perplexity put beside the choices. Some chunks come before there is any text;
 * later ones say it again, so that only in the last one can they be lost.
 */
export const citeSources = ({ citations }: JsonObject, isLast: boolean): readonly Transition[] =>
  Array.isArray(citations)
    ? citations.filter((one) => typeof one === 'string').map((url) => citeSource(url, isLast))
    : [];

const weigh =
  (content: unknown): Transition =>
  (state) => {
    const tokens = decodeLogprobs(content);
    const text = openText(state);
    if (text === undefined) return reportForeign('choices[0].logprobs.content', content)(state);
    const event: ChatEvent = { type: 'text-logprobs', block: text.block, tokens };
    return { state, events: [event] };
  };

/** Log probabilities of a choice: of its text; those of refusals and of vendors' own kinds are foreign. */
export const weighTokens = ({ logprobs }: JsonObject): readonly Transition[] =>
  Object.entries(asObject(logprobs) ?? {})
    .filter(([, value]) => !saysNothing(value))
    .map(([key, value]) => (key === 'content' ? weigh(value) : reportForeign(`choices[0].logprobs.${key}`, value)));
