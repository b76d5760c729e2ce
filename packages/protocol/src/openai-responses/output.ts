import type { WireEvent, WireOutputItem } from './wire-reply.js';

/** The items of a response as they stand, in the order they began. */
export interface Output {
  readonly items: WireOutputItem[];
  /** What the ids of items are made of: unique to the response. */
  readonly base: string;
}

/** OpenAI refuses ids with other characters or more than 64 of them when they come back. */
const MAX_BASE_CHARACTERS = 50;

export const createOutput = (responseId: string): Output => ({
  items: [],
  base: responseId
    .replace(/^resp_/, '')
    .replace(/[^\w-]/g, '')
    .slice(-MAX_BASE_CHARACTERS),
});

/** Puts a new item at the end. */
export const addItem = (
  output: Output,
  prefix: 'msg' | 'rs' | 'fc' | 'ctc',
  make: (id: string) => WireOutputItem,
): { readonly id: string; readonly outputIndex: number; readonly event: WireEvent } => {
  const outputIndex = output.items.length;
  const id = `${prefix}_${output.base}_${outputIndex}`;
  const item = make(id);
  output.items.push(item);
  return { id, outputIndex, event: { type: 'response.output_item.added', output_index: outputIndex, item } };
};

/** Puts the whole item in the place of the one that began. */
export const itemDone = (output: Output, outputIndex: number, item: WireOutputItem): WireEvent => {
  output.items[outputIndex] = item;
  return { type: 'response.output_item.done', output_index: outputIndex, item };
};
