import type { JsonObject } from '../json/fields.js';
import { asText, invalidReply } from '../json/parse-reply.js';
import { emit, emitRest, itemOf, readDelta, restOf, takeBlock } from './decode-state.js';
import type { CallState, DecodeState } from './decode-state.js';
import { joinToolName } from './tool-names.js';

const readName = (wire: JsonObject, path: string): string => {
  const name = asText(wire['name']);
  if (name === undefined) throw invalidReply(`${path} is a call without a name`, JSON.stringify(wire));
  return joinToolName(asText(wire['namespace']), name);
};

export const openCall = (state: DecodeState, wire: JsonObject, path: string): CallState => {
  const name = readName(wire, path);
  const block = takeBlock(state);
  const id = asText(wire['call_id']) ?? asText(wire['id']) ?? `call_${state.replyId}_${block}`;
  const type = String(wire['type']);
  state.hasToolCalls = true;
  emit(state, {
    type: 'tool-call-start',
    block,
    id,
    name,
    ...(type === 'custom_tool_call' && { takesText: true }),
  });
  return { kind: 'call', type, isDone: false, block, text: '' };
};

const addText = (state: DecodeState, call: CallState, text: string): void => {
  if (text === '') return;
  call.text += text;
  emit(state, { type: 'tool-call-delta', block: call.block, arguments: text });
};

const complete = (state: DecodeState, call: CallState, whole: JsonObject): void =>
  addText(state, call, restOf(whole['arguments'] ?? whole['input'], call.text));

/** The `.delta` of a call's arguments or text. A call that had no beginning has no name yet: its item brings all. */
export const continueCall = (state: DecodeState, event: JsonObject): void => {
  const call = itemOf(state, event, 'call');
  if (call !== undefined) addText(state, call, readDelta(event));
};

/** The `.done` of a call's arguments or text. */
export const completeCall = (state: DecodeState, event: JsonObject): void => {
  const call = itemOf(state, event, 'call');
  if (call !== undefined) complete(state, call, event);
};

const callFields = ['id', 'type', 'status', 'call_id', 'name', 'namespace', 'arguments', 'input'];

/** What a whole item has that was not told piece by piece; then its end. */
export const finishCall = (state: DecodeState, call: CallState, wire: JsonObject, path: string): void => {
  complete(state, call, wire);
  emitRest(state, wire, callFields, path);
  endCall(state, call);
};

export const endCall = (state: DecodeState, call: CallState): void => {
  call.isDone = true;
  emit(state, { type: 'tool-call-end', block: call.block });
};
