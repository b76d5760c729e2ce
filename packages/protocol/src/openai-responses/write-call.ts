import type { ChatEvent, Tool } from '@claudette/core';

import { joinCallId } from '../opaque-state.js';
import { addItem, itemDone } from './output.js';
import type { Output } from './output.js';
import { toWireName } from './tool-names.js';
import type { WireCallItem, WireEvent, WireItemStatus } from './wire-reply.js';

/** A tool call that is being written. */
export interface OpenCall {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly outputIndex: number;
  readonly name: string;
  readonly takesText: boolean;
  readonly toItem: (text: string, status: WireItemStatus) => WireCallItem;
  text: string;
}

type CallStart = Extract<ChatEvent, { type: 'tool-call-start' }>;

/** Begins the item of a call; a nested tool is named as the client knows it. */
export const openCall = (
  output: Output,
  start: CallStart,
  tools: readonly Tool[],
): { readonly call: OpenCall; readonly event: WireEvent } => {
  const takesText = start.takesText === true;
  const names = toWireName(start.name, tools);
  const callId = joinCallId(start.id, start.state);
  const toItem = (id: string, text: string, status: WireItemStatus): WireCallItem =>
    takesText
      ? { type: 'custom_tool_call', id, call_id: callId, ...names, input: text, status }
      : { type: 'function_call', id, call_id: callId, ...names, arguments: text, status };
  const { event, id, outputIndex } = addItem(output, takesText ? 'ctc' : 'fc', (itemId) =>
    toItem(itemId, '', 'in_progress'),
  );
  return {
    call: {
      kind: 'tool-call',
      id,
      outputIndex,
      name: names.name,
      takesText,
      toItem: (text, status) => toItem(id, text, status),
      text: '',
    },
    event,
  };
};

/** A piece of a call's arguments or text. */
export const writeArguments = (call: OpenCall, delta: string): WireEvent => {
  call.text += delta;
  return {
    type: call.takesText ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta',
    item_id: call.id,
    output_index: call.outputIndex,
    delta,
  };
};

/** Ends the item of a call. */
export const closeCall = (output: Output, call: OpenCall): readonly WireEvent[] => {
  const { id, outputIndex, name, text } = call;
  const place = { item_id: id, output_index: outputIndex };
  return [
    call.takesText
      ? { type: 'response.custom_tool_call_input.done', ...place, input: text }
      : { type: 'response.function_call_arguments.done', ...place, name, arguments: text },
    itemDone(output, outputIndex, call.toItem(text, 'completed')),
  ];
};
