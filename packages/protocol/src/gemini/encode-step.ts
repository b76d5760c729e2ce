import { GatewayError } from '@claudette/core';
import type { ChatEvent, Citation, FinishReason, Loss, OpaqueState, Usage } from '@claudette/core';

import { tryParseReply } from '../json/parse-reply.js';
import { encodeFinishReason, lossOfFinish } from './finish-reason.js';
import { addCitation, noGrounding } from './grounding.js';
import { encodeLogprobs } from './logprobs.js';
import { unsigned, writeSignature } from './thought-signature.js';
import type { WireCandidate, WireFinishReason, WireGrounding, WireLogprobs, WireReplyPart } from './wire-reply.js';

interface OpenWords {
  readonly kind: 'text' | 'reasoning' | 'refusal';
  /** Where its part stands among those that were written; absent before its first. */
  readonly part?: number;
  /** Its text, whose bytes citations count. Grows in place, like a call's: copies would take quadratic time. */
  readonly pieces: string[];
  readonly citations: readonly Citation[];
}

interface OpenCall {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly takesText: boolean;
  readonly state?: OpaqueState;
  /** Its arguments. */
  readonly pieces: string[];
}

type Block = OpenWords | OpenCall;

/**
 * | phase   | event                         | chunk                                    | next     |
 * |---------|-------------------------------|------------------------------------------|----------|
 * | waiting | `start`                       | none                                     | open     |
 * | open    | `text-`, `reasoning-delta` …  | a part with the piece, marked as thought | open     |
 * | open    | `…-end` with a state          | a part without text, with the signature  | open     |
 * | open    | `tool-call-start`, `…-delta`  | none; kept                               | open     |
 * | open    | `tool-call-end`               | the whole call                           | open     |
 * | open    | `text-logprobs`               | the tokens                               | open     |
 * | open    | `text-citation`               | none; kept                               | open     |
 * | any     | `usage`                       | none; kept                               | same     |
 * | open    | `finish`                      | none; kept                               | finished |
 *
 * Finish, usage and citations come last, whatever the order of the events was: see `finalFields`.
 */
export interface EncodeState {
  readonly id: string;
  readonly model: string;
  readonly blocks: ReadonlyMap<number, Block>;
  readonly nextPart: number;
  readonly hasRefusal: boolean;
  /** A call was left out because its arguments are no object. */
  readonly isMalformed: boolean;
  readonly grounding: WireGrounding;
  readonly finish: FinishReason | undefined;
  readonly usage: Usage | undefined;
}

export const initialEncodeState: EncodeState = {
  id: '',
  model: '',
  blocks: new Map(),
  nextPart: 0,
  hasRefusal: false,
  isMalformed: false,
  grounding: noGrounding,
  finish: undefined,
  usage: undefined,
};

export interface EncodeStep {
  readonly state: EncodeState;
  /** What is to be written now, and to which part of the answer it belongs. */
  readonly part?: { readonly index: number; readonly piece: WireReplyPart };
  readonly logprobs?: WireLogprobs;
  readonly loss?: Loss;
}

const openBlock = (state: EncodeState, block: number, kind: Block['kind']): Block => {
  const open = state.blocks.get(block);
  if (open?.kind !== kind) {
    const found = open?.kind ?? 'not open';
    throw new GatewayError('internal', `block ${block} is ${found}, so ${kind} cannot be written to it`);
  }
  return open;
};

const wordsOf = (state: EncodeState, block: number, kind: OpenWords['kind']): OpenWords =>
  openBlock(state, block, kind) as OpenWords;

const callOf = (state: EncodeState, block: number): OpenCall => openBlock(state, block, 'tool-call') as OpenCall;

const put = (state: EncodeState, number: number, block: Block): EncodeState => ({
  ...state,
  blocks: new Map([...state.blocks, [number, block]]),
});

const remove = (state: EncodeState, block: number): EncodeState => ({
  ...state,
  blocks: new Map([...state.blocks].filter(([number]) => number !== block)),
});

const openWords = (state: EncodeState, block: number, kind: OpenWords['kind']): EncodeStep => ({
  state: put(state, block, { kind, pieces: [], citations: [] }),
});

/** Writes words, a signature or both. */
const write = (
  state: EncodeState,
  block: number,
  words: OpenWords,
  { text = '', signature }: { readonly text?: string; readonly signature?: OpaqueState },
): EncodeStep => {
  const index = words.part ?? state.nextPart;
  words.pieces.push(text);
  return {
    state: words.part === undefined ? { ...put(state, block, { ...words, part: index }), nextPart: index + 1 } : state,
    part: {
      index,
      piece: {
        text,
        ...(words.kind === 'reasoning' && { thought: true }),
        ...(signature && { thoughtSignature: writeSignature(signature) }),
      },
    },
  };
};

const speak = (state: EncodeState, block: number, kind: OpenWords['kind'], text: string): EncodeStep => {
  const words = wordsOf(state, block, kind);
  return text === '' ? { state } : write(state, block, words, { text });
};

const endWords = (state: EncodeState, block: number, kind: OpenWords['kind'], signature?: OpaqueState): EncodeStep => {
  const words = wordsOf(state, block, kind);
  const written: EncodeStep = signature === undefined ? { state } : write(state, block, words, { signature });
  // Only now is the text whole, whose bytes the citations count.
  const grounding = words.citations.reduce(
    (all, citation) => addCitation(all, citation, words.pieces.join(''), words.part ?? state.nextPart),
    state.grounding,
  );
  return { ...written, state: { ...remove(written.state, block), grounding } };
};

const readArguments = ({ takesText, pieces }: OpenCall): unknown => {
  const text = pieces.join('');
  if (takesText) return { input: text };
  return text.trim() === '' ? {} : tryParseReply(text);
};

/** Gemini has whole calls only. One whose arguments are no object is left out, and the finish says so. */
const endCall = (state: EncodeState, block: number): EncodeStep => {
  const call = callOf(state, block);
  const closed = remove(state, block);
  const args = readArguments(call);
  if (args === undefined) {
    return {
      state: { ...closed, isMalformed: true },
      loss: { path: `functionCall.${call.name}`, reason: 'its arguments are not a JSON object, which Gemini requires' },
    };
  }
  const functionCall = { id: call.id, name: call.name, args };
  const thoughtSignature = call.state === undefined ? unsigned() : writeSignature(call.state);
  return {
    state: { ...closed, nextPart: state.nextPart + 1 },
    part: { index: state.nextPart, piece: { functionCall, thoughtSignature } },
  };
};

const cite = (state: EncodeState, block: number, citation: Citation): EncodeStep => {
  const words = wordsOf(state, block, 'text');
  return {
    state: put(state, block, { ...words, citations: [...words.citations, citation] }),
    ...(citation.citedText !== undefined && {
      loss: { path: 'text.citations.citedText', reason: 'Gemini does not repeat the words of a source' },
    }),
  };
};

/**
 * What one event puts on the wire. Pure, but for the pieces of open blocks. An `error` is not for here: it is written as an error frame.
 * @throws GatewayError `internal` for a delta whose block is not open or of another type
 */
export const stepEncode = (state: EncodeState, event: Exclude<ChatEvent, { type: 'error' }>): EncodeStep => {
  switch (event.type) {
    case 'start': {
      const { id, model, usage } = event;
      return { state: { ...state, id, model, ...(usage && { usage }) } };
    }
    case 'text-start':
      return openWords(state, event.block, 'text');
    case 'text-delta':
      return speak(state, event.block, 'text', event.text);
    case 'text-citation':
      return cite(state, event.block, event.citation);
    case 'text-logprobs':
      wordsOf(state, event.block, 'text');
      return { state, logprobs: encodeLogprobs(event.tokens) };
    case 'text-end':
      return endWords(state, event.block, 'text', event.state);
    case 'reasoning-start':
      return openWords(state, event.block, 'reasoning');
    case 'reasoning-delta':
      return speak(state, event.block, 'reasoning', event.text);
    case 'reasoning-end':
      return endWords(state, event.block, 'reasoning', event.state);
    case 'refusal-start':
      return openWords({ ...state, hasRefusal: true }, event.block, 'refusal');
    case 'refusal-delta':
      return speak(state, event.block, 'refusal', event.text);
    case 'refusal-end':
      return endWords(state, event.block, 'refusal');
    case 'tool-call-start': {
      const { block, id, name, takesText = false } = event;
      const signed = event.state && { state: event.state };
      return { state: put(state, block, { kind: 'tool-call', id, name, takesText, ...signed, pieces: [] }) };
    }
    case 'tool-call-delta':
      callOf(state, event.block).pieces.push(event.arguments);
      return { state };
    case 'tool-call-end':
      return endCall(state, event.block);
    case 'foreign':
      return { state, loss: { path: event.path, reason: 'only the provider knows it' } };
    case 'usage':
      return { state: { ...state, usage: event.usage } };
    case 'finish': {
      const reason = state.hasRefusal && event.reason === 'stop' ? 'refusal' : event.reason;
      const loss = lossOfFinish(reason, event.stopSequence);
      return { state: { ...state, finish: reason }, ...(loss && { loss }) };
    }
  }
};

const toFinishReason = (reason: FinishReason, isMalformed: boolean): WireFinishReason => {
  const wire = encodeFinishReason(reason);
  // A call that the token limit cut off is no fault of the model's.
  return wire === 'STOP' && isMalformed ? 'MALFORMED_FUNCTION_CALL' : wire;
};

/**
 * What is said of the answer at its end.
 * @throws GatewayError `internal` before `finish`: an end is never made up
 */
export const finalFields = ({
  finish,
  isMalformed,
  grounding,
}: EncodeState): Pick<WireCandidate, 'finishReason' | 'groundingMetadata'> => {
  if (finish === undefined) throw new GatewayError('internal', 'the stream is closed before its finish');
  return {
    finishReason: toFinishReason(finish, isMalformed),
    ...(grounding.groundingChunks.length > 0 && { groundingMetadata: grounding }),
  };
};
