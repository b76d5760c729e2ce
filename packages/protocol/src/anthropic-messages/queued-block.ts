import type { ChatEvent, Citation } from '@claudette/core';

import { encodeCitations } from './citations.js';
import type { WritableEvent } from './encode-block.js';

/** An event that belongs to one block of the answer. */
export type BlockEvent = Extract<ChatEvent, { readonly block: number }>;

type StartEvent = Extract<BlockEvent, { readonly type: `${string}-start` }>;
/** An event that goes on with a block. */
export type DeltaEvent = Extract<BlockEvent, { readonly type: `${string}-delta` }>;

export const isStart = (event: BlockEvent): event is StartEvent => event.type.endsWith('-start');

export const isDelta = (event: BlockEvent): event is DeltaEvent => event.type.endsWith('-delta');

/** A canonical block that is not wholly written yet. Only the first of the queue may be open on the wire. */
export interface QueuedBlock {
  readonly block: number;
  /** The wire has its `content_block_start`. */
  readonly isOpen: boolean;
  /** Not written yet: the block waits for those before it. */
  readonly pending: readonly WritableEvent[];
  /** Its end has come, if only in `pending`. */
  readonly isComplete: boolean;
  /** They wait for the end of the block, which brings their proofs. */
  readonly citations: readonly Citation[];
  /** What comes is text, and the dialect has only JSON. */
  readonly takesText: boolean;
}

/** A block as it begins. */
export const queueBlock = (event: StartEvent): QueuedBlock => {
  const takesText = event.type === 'tool-call-start' && event.takesText === true;
  const opening: WritableEvent[] = takesText
    ? [{ type: 'tool-call-delta', block: event.block, arguments: '{"input":"' }]
    : [];
  return {
    block: event.block,
    isOpen: false,
    pending: [event, ...opening],
    isComplete: false,
    citations: [],
    takesText,
  };
};

/** What an event after the start adds to what is waiting to be written. */
const toPending = (queued: QueuedBlock, event: BlockEvent): readonly WritableEvent[] => {
  const { block, takesText } = queued;
  switch (event.type) {
    case 'text-citation':
    case 'text-logprobs':
      return [];
    case 'text-end':
      return [
        ...encodeCitations(queued.citations, event.state).map((citation) => ({
          type: 'citation' as const,
          block,
          citation,
        })),
        event,
      ];
    case 'tool-call-delta':
      return takesText ? [{ ...event, arguments: JSON.stringify(event.arguments).slice(1, -1) }] : [event];
    case 'tool-call-end':
      return takesText ? [{ type: 'tool-call-delta', block, arguments: '"}' }, event] : [event];
    default:
      return [event];
  }
};

/** A block with one more event of its own. */
export const queueEvent = (queued: QueuedBlock, event: BlockEvent): QueuedBlock => ({
  ...queued,
  pending: [...queued.pending, ...toPending(queued, event)],
  isComplete: event.type.endsWith('-end'),
  citations: event.type === 'text-citation' ? [...queued.citations, event.citation] : queued.citations,
});
