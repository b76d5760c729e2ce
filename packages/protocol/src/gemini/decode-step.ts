import type { ChatEvent, FinishReason, OpaqueState, Usage } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText, invalidReply } from '../json/parse-reply.js';
import { decodeFinishReason, describeFault } from './finish-reason.js';
import { locate, readSources } from './grounding.js';
import { readProviderError } from './in-band-error.js';
import { readLogprobs } from './logprobs.js';
import { endPartial, writePartial } from './partial-arguments.js';
import type { PartialJson } from './partial-arguments.js';
import { readPlainText } from './plain-text.js';
import { readBlockReason, readForeign, readParts } from './read-part.js';
import type { ReadPart } from './read-part.js';
import { signedBy } from './thought-signature.js';
import { readUsage } from './usage.js';

interface OpenWords {
  readonly kind: 'text' | 'reasoning';
  readonly block: number;
  /** All of it so far: citations count its bytes. */
  readonly text: string;
  /** The words are signed, so that none may be added. */
  readonly state?: OpaqueState;
}

/** A call whose arguments come in pieces, as Vertex may send them. */
type OpenCall = { readonly block: number; readonly json: PartialJson | undefined };

/**
 * | phase   | chunk                         | events                                      | next   |
 * |---------|-------------------------------|---------------------------------------------|--------|
 * | waiting | first candidate or a block    | `start`, then as below                      | open   |
 * | open    | words                         | ends words of another kind; start, delta    | open   |
 * | open    | signature                     | none; goes out with the end of the words    | open   |
 * | open    | whole function call           | ends words; start, delta, end               | open   |
 * | open    | piece of a function call      | start at its first, deltas, end at its last | open   |
 * | open    | `finishReason`, `blockReason` | ends all blocks; `finish`                   | over   |
 * | any     | usage                         | `usage`; with `start` if that came with it  | same   |
 * | any     | error, or a fault as a reason | `error`                                     | failed |
 * | failed  | anything                      | none                                        | failed |
 */
export interface DecodeState {
  readonly phase: 'waiting' | 'open' | 'over' | 'failed';
  readonly replyId: string;
  readonly nextBlock: number;
  readonly words: OpenWords | undefined;
  readonly call: OpenCall | undefined;
  readonly hasToolCalls: boolean;
  /** Chunks repeat what they said about the answer; each thing is reported once. */
  readonly reported: ReadonlySet<string>;
}

export const initialDecodeState: DecodeState = {
  phase: 'waiting',
  replyId: '',
  nextBlock: 0,
  words: undefined,
  call: undefined,
  hasToolCalls: false,
  reported: new Set(),
};

export interface DecodeStep {
  readonly state: DecodeState;
  readonly events: readonly ChatEvent[];
}

type Transition = (state: DecodeState) => DecodeStep;

const run = (state: DecodeState, transitions: readonly Transition[]): DecodeStep => {
  const events: ChatEvent[] = [];
  let current = state;
  for (const transition of transitions) {
    if (current.phase === 'failed') break;
    const step = transition(current);
    events.push(...step.events);
    current = step.state;
  }
  return { state: current, events };
};

const start =
  (chunk: JsonObject, usage: Usage | undefined): Transition =>
  (state) => {
    const id = asText(chunk['responseId']) ?? '';
    const model = asText(chunk['modelVersion']) ?? '';
    return {
      state: { ...state, phase: 'open', replyId: id },
      events: [{ type: 'start', id, model, ...(usage && { usage }) }],
    };
  };

const endWords: Transition = (state) => {
  const { words } = state;
  if (words === undefined) return { state, events: [] };
  return {
    state: { ...state, words: undefined },
    events: [{ type: `${words.kind}-end`, block: words.block, ...(words.state && { state: words.state }) }],
  };
};

/** A call that ends before its provider ended it keeps half its arguments: nobody may take them for whole. */
const endCall: Transition = (state) =>
  state.call === undefined
    ? { state, events: [] }
    : { state: { ...state, call: undefined }, events: [{ type: 'tool-call-end', block: state.call.block }] };

const openWords =
  (kind: OpenWords['kind']): Transition =>
  (state) => {
    const block = state.nextBlock;
    return {
      state: { ...state, nextBlock: block + 1, words: { kind, block, text: '' } },
      events: [{ type: `${kind}-start`, block }],
    };
  };

const speak =
  ({ kind, text, signature }: Extract<ReadPart, { text: string }>): Transition =>
  (state) => {
    const { words } = state;
    if (words?.kind !== kind || words.state !== undefined) {
      return run(state, [endCall, endWords, openWords(kind), speak({ kind, text, ...(signature && { signature }) })]);
    }
    const signed = signedBy(signature);
    return {
      state: { ...state, words: { ...words, text: words.text + text, ...signed } },
      events: text === '' ? [] : [{ type: `${kind}-delta`, block: words.block, text }],
    };
  };

const openCall =
  (name: string, id: string | undefined, signature: string | undefined): Transition =>
  (state) => {
    const block = state.nextBlock;
    const call = { id: id ?? `call_${state.replyId}_${block}`, name };
    return {
      state: { ...state, nextBlock: block + 1, call: { block, json: undefined }, hasToolCalls: true },
      events: [{ type: 'tool-call-start', block, ...call, ...signedBy(signature) }],
    };
  };

const addArguments =
  (fields: JsonObject): Transition =>
  (state) => {
    const { call } = state;
    if (call === undefined) {
      // The end of a call may come twice.
      if (Object.keys(fields).length === 0) return { state, events: [] };
      throw invalidReply('a function call begins without a name', JSON.stringify(fields));
    }
    const pieces = asObjects(fields['partialArgs']);
    const args = call.json === undefined ? asObject(fields['args']) : undefined;
    let { json } = call;
    // Numbers are doubles on the provider's side too, so that nothing is lost by reading them.
    let text = args === undefined ? '' : JSON.stringify(args);
    for (const piece of pieces) {
      const written = writePartial(json, piece);
      json = written.json;
      text += written.text;
    }
    const goesOn = fields['willContinue'] === true || pieces.some((piece) => piece['willContinue'] === true);
    if (!goesOn && args === undefined) text += endPartial(json);
    const added: Transition = (open) => ({
      state: { ...open, call: { ...call, json } },
      events: text === '' ? [] : [{ type: 'tool-call-delta', block: call.block, arguments: text }],
    });
    return run(state, goesOn ? [added] : [added, endCall]);
  };

const report =
  (path: string, value: unknown): Transition =>
  (state) =>
    state.reported.has(path)
      ? { state, events: [] }
      : {
          state: { ...state, reported: new Set([...state.reported, path]) },
          events: [{ type: 'foreign', path: `candidates[${path}`, value }],
        };

const readOne = (part: ReadPart): Transition => {
  if (part.kind === 'foreign') {
    const foreign = report(`0].content.parts.${part.key}`, part.value);
    return (state) => run(state, [endCall, endWords, foreign]);
  }
  if (part.kind !== 'call') return speak(part);
  const { call, signature } = part;
  const name = asText(call['name']);
  if (name === undefined) {
    // Only the start of a call has a place for its signature.
    const late = signature === undefined ? [] : [report('0].content.parts.thoughtSignature', signature)];
    return (state) => run(state, [addArguments(call), ...late]);
  }
  const open = openCall(name, asText(call['id']), signature);
  return (state) => run(state, [endCall, endWords, open, addArguments(call)]);
};

const addLogprobs =
  (candidate: JsonObject): Transition =>
  (state) => {
    const tokens = readLogprobs(candidate);
    if (tokens.length === 0) return { state, events: [] };
    if (state.words?.kind !== 'text') return report('0].logprobsResult', candidate['logprobsResult'])(state);
    return { state, events: [{ type: 'text-logprobs', block: state.words.block, tokens }] };
  };

const cite =
  (candidate: JsonObject): Transition =>
  (state) => {
    const { citations, foreign } = readSources(candidate);
    const { words } = state;
    const others = foreign.map(([path, value]) => report(`0].${path}`, value));
    if (words?.kind !== 'text') {
      return run(state, [...others, ...citations.map(({ source }) => report('0].groundingMetadata', source))]);
    }
    const events: ChatEvent[] = [];
    const reported = new Set(state.reported);
    for (const found of citations) {
      const key = JSON.stringify(found);
      if (!reported.has(key))
        events.push({ type: 'text-citation', block: words.block, citation: locate(found, words.text) });
      reported.add(key);
    }
    const said = run(events.length === 0 ? state : { ...state, reported }, others);
    return { state: said.state, events: [...events, ...said.events] };
  };

const fail =
  (message: string, providerType?: string): Transition =>
  (state) => ({
    state: { ...state, phase: 'failed' },
    events: [{ type: 'error', message, ...(providerType !== undefined && { providerType }) }],
  });

const end =
  (reason: FinishReason): Transition =>
  (state) =>
    run(state, [
      endCall,
      endWords,
      (open) => ({ state: { ...open, phase: 'over' }, events: [{ type: 'finish', reason }] }),
    ]);

const finish =
  (candidate: JsonObject): Transition =>
  (state) => {
    const wire = asText(candidate['finishReason']);
    if (wire === undefined) return { state, events: [] };
    const reason = decodeFinishReason(wire, state.hasToolCalls);
    return (reason === undefined ? fail(describeFault(wire, candidate), wire) : end(reason))(state);
  };

/** What stands beside the parts. */
const readBeside = (candidate: JsonObject): readonly Transition[] => [
  addLogprobs(candidate),
  cite(candidate),
  ...readForeign(candidate).map(([key, value]) => report(`0].${key}`, value)),
];

/** Most chunks of a stream have nothing there. */
const isPlain = (candidate: JsonObject): boolean => {
  for (const key in candidate) if (key !== 'content' && key !== 'index' && key !== 'finishReason') return false;
  return true;
};

const choose =
  (candidate: JsonObject): Transition =>
  (state) => {
    const index = candidate['index'] ?? 0;
    if (index !== 0) return report(`${String(index)}]`, candidate)(state);
    if (state.phase === 'over') return { state, events: [] };
    return run(state, [
      ...readParts(candidate).map(readOne),
      ...(isPlain(candidate) ? [] : readBeside(candidate)),
      finish(candidate),
    ]);
  };

/**
 * What one chunk means. Pure. Never makes up a `finish`: it comes when the provider gives a reason.
 * @throws GatewayError `upstream_invalid_reply` for function calls that cannot be
 */
export const stepDecode = (state: DecodeState, chunk: JsonObject): DecodeStep => {
  const text = state.phase === 'open' && state.words?.kind === 'text' ? readPlainText(chunk) : undefined;
  if (text !== undefined) return speak({ kind: 'text', text })(state);
  const error = readProviderError(chunk);
  if (error !== undefined) return run(state, [fail(error.message, error.status)]);
  const candidates = asObjects(chunk['candidates']);
  const isBlocked = readBlockReason(chunk) !== undefined && state.phase !== 'over';
  const opens = state.phase === 'waiting' && (candidates.length > 0 || isBlocked);
  const isLast = isBlocked || candidates.some((candidate) => asText(candidate['finishReason']) !== undefined);
  const usage = readUsage(chunk);
  const early = opens && !isLast ? usage : undefined;
  return run(state, [
    ...(opens ? [start(chunk, early)] : []),
    ...candidates.map(choose),
    ...(isBlocked ? [end('content-filter')] : []),
    (counted) => ({ state: counted, events: usage === undefined || usage === early ? [] : [{ type: 'usage', usage }] }),
  ]);
};
