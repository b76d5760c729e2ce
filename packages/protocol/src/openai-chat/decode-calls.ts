import type { ChatEvent } from '@claudette/core';

import { asObject, invalidReply } from '../json/parse-reply.js';
import { endSpoken, run } from './decode-state.js';
import type { OpenCall, Transition } from './decode-state.js';
import type { CallPiece } from './read-message.js';

const isWholeObject = (text: string): boolean => {
  try {
    return asObject(JSON.parse(text)) !== undefined;
  } catch {
    return false;
  }
};

/**
 * Ends tool calls. While the answer goes on, only those whose arguments are a whole object: providers may send the pieces
 * of several calls in turns, and a closed object is the only sign that nothing follows. Calls with text come one by one.
 */
export const endCalls =
  (which: 'all' | 'whole'): Transition =>
  (state) => {
    const calls = new Map(state.calls);
    const events: ChatEvent[] = [];
    for (const [index, call] of calls) {
      const isWhole = which === 'all' || call.takesText || isWholeObject(call.arguments);
      if (call.ended || !isWhole) continue;
      events.push({ type: 'tool-call-end', block: call.block });
      calls.set(index, { ...call, ended: true });
    }
    return events.length === 0 ? { state, events } : { state: { ...state, calls }, events };
  };

const openCall =
  (index: number, piece: CallPiece): Transition =>
  (state) => {
    const { name, takesText } = piece;
    if (name === undefined) throw invalidReply('a tool call begins without a name', JSON.stringify(piece));
    const block = state.nextBlock;
    const id = piece.id ?? `call_${state.replyId}_${block}`;
    const call: OpenCall = { block, id, arguments: '', takesText, ended: false };
    return {
      state: {
        ...state,
        nextBlock: block + 1,
        calls: new Map([...state.calls, [index, call]]),
        content: { ...state.content, hasToolCalls: true },
      },
      events: [{ type: 'tool-call-start', block, id, name, ...(takesText && { takesText }) }],
    };
  };

const addArguments =
  (index: number, call: OpenCall, text: string): Transition =>
  (state) => {
    if (text === '') return { state, events: [] };
    if (call.ended) {
      // White space may follow whole JSON and means nothing.
      if (text.trim() === '') return { state, events: [] };
      throw invalidReply('arguments come for a tool call that was whole', text);
    }
    const calls = new Map([...state.calls, [index, { ...call, arguments: call.arguments + text }]]);
    return {
      state: { ...state, calls },
      events: [{ type: 'tool-call-delta', block: call.block, arguments: text }],
    };
  };

/** Some vendors give each call the same index; then the id tells that another one begins. */
const isAnother = (call: OpenCall, piece: CallPiece): boolean =>
  piece.id !== undefined && piece.id !== call.id && piece.name !== undefined;

/** A call, or a piece of one. `position` numbers those that the vendor does not. */
export const callTool =
  (piece: CallPiece, position: number): Transition =>
  (state) => {
    const index = piece.index ?? position;
    const call = state.calls.get(index);
    if (call !== undefined && !isAnother(call, piece)) return addArguments(index, call, piece.arguments)(state);
    const leave = call === undefined ? endCalls('whole') : endCalls('all');
    const { arguments: text, takesText } = piece;
    return run(state, [
      endSpoken,
      leave,
      openCall(index, piece),
      callTool({ index, arguments: text, takesText }, index),
    ]);
  };
