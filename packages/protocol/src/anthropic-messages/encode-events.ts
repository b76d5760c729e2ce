import { GatewayError } from '@claudette/core';
import type { ChatEvent, FinishReason, Loss, Usage } from '@claudette/core';

import type { EventEncoder } from '../codec.js';
import { createLossList } from '../loss-list.js';
import { formatFrame } from '../sse/frames.js';

import { endOf, writeBlock } from './encode-block.js';
import { toErrorType } from './errors.js';
import { isDelta, isStart, queueBlock, queueEvent } from './queued-block.js';
import type { BlockEvent, DeltaEvent, QueuedBlock } from './queued-block.js';
import { findLosses } from './reply-losses.js';
import { encodeStopReason } from './stop-reason.js';
import { encodeUsage } from './usage.js';
import type { WireEvent } from './wire.js';

export interface EncodeState {
  /** Blocks in the order they began. */
  readonly queue: readonly QueuedBlock[];
  /** The wire's index for the next block. */
  readonly nextIndex: number;
  /** The model declined in a block of its own; the dialect says so by its stop reason. */
  readonly hasRefusal: boolean;
  readonly usage: Usage | undefined;
  readonly finish: { readonly reason: FinishReason; readonly stopSequence: string | undefined } | undefined;
  /** An error was written; nothing may follow. */
  readonly isBroken: boolean;
}

export interface EncodeStep {
  readonly state: EncodeState;
  readonly events: readonly WireEvent[];
  readonly losses: readonly Loss[];
}

/** Whole from the beginning: to add a field to a copy takes V8 a microsecond, to change one takes next to nothing. */
export const initialEncodeState: EncodeState = {
  queue: [],
  nextIndex: 0,
  hasRefusal: false,
  usage: undefined,
  finish: undefined,
  isBroken: false,
};

/** Anthropic's readers know messages by this prefix. */
const toMessageId = (id: string): string => (id.startsWith('msg_') ? id : `msg_${id}`);

const silent = (state: EncodeState): EncodeStep => ({ state, events: [], losses: [] });

/** Writes what the first block of the queue has to say, and the next one's as soon as it is the first. */
const drain = (start: EncodeState): EncodeStep => {
  const events: WireEvent[] = [];
  let { queue, nextIndex } = start;
  for (let first = queue[0]; first !== undefined; first = queue[0]) {
    const [current, ...waiting] = [first, ...queue.slice(1)];
    let isOpen = current.isOpen;
    for (const event of current.pending) {
      const written = writeBlock(event, isOpen, nextIndex);
      events.push(...written.events);
      ({ isOpen, nextIndex } = written);
    }
    if (!current.isComplete) {
      queue = [{ ...current, isOpen, pending: [] }, ...waiting];
      break;
    }
    queue = waiting;
  }
  return { state: { ...start, queue, nextIndex }, events, losses: [] };
};

/** The usual case, kept short: a delta of the block whose turn it is says what it says at once. */
const deltaStep = (state: EncodeState, first: QueuedBlock, event: DeltaEvent): EncodeStep => {
  const { events, isOpen, nextIndex } = writeBlock(event, first.isOpen, state.nextIndex);
  const isSame = isOpen === first.isOpen;
  const next = isSame ? state : { ...state, queue: [{ ...first, isOpen }, ...state.queue.slice(1)], nextIndex };
  return { state: next, events, losses: [] };
};

const blockStep = (state: EncodeState, event: BlockEvent): EncodeStep => {
  const [first] = state.queue;
  if (first?.block === event.block && !first.takesText && isDelta(event)) return deltaStep(state, first, event);
  if (isStart(event)) {
    const queue = [...state.queue, queueBlock(event)];
    return drain({ ...state, queue, hasRefusal: state.hasRefusal || event.type === 'refusal-start' });
  }
  if (!state.queue.some(({ block }) => block === event.block)) {
    throw new GatewayError('internal', `${event.type} for block ${event.block}, which is not open`);
  }
  return drain({
    ...state,
    queue: state.queue.map((queued) => (queued.block === event.block ? queueEvent(queued, event) : queued)),
  });
};

/** One canonical event. */
export const encodeStep = (state: EncodeState, event: ChatEvent): EncodeStep => {
  switch (event.type) {
    case 'start': {
      const message = {
        id: toMessageId(event.id),
        type: 'message',
        role: 'assistant',
        model: event.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: encodeUsage(event.usage),
      } as const;
      return {
        state: event.usage === undefined ? state : { ...state, usage: event.usage },
        events: [{ type: 'message_start', message }],
        losses: [],
      };
    }
    case 'usage':
      return silent({ ...state, usage: event.usage });
    case 'finish': {
      const { reason, stopSequence } = event;
      return silent({ ...state, finish: { reason, stopSequence } });
    }
    case 'foreign':
      return { state, events: [], losses: findLosses(event) };
    case 'error': {
      const error = { type: toErrorType(event.providerType), message: event.message };
      return { state: { ...state, isBroken: true }, events: [{ type: 'error', error }], losses: [] };
    }
    default:
      return { ...blockStep(state, event), losses: findLosses(event) };
  }
};

/** The closing events; none without a `finish`, and none behind an error. */
export const encodeEnd = (state: EncodeState): readonly WireEvent[] => {
  const { finish, hasRefusal, usage, queue } = state;
  if (finish === undefined || state.isBroken) return [];
  const reason = hasRefusal && finish.reason === 'stop' ? 'refusal' : finish.reason;
  const closed = queue.map((queued) => (queued.isComplete ? queued : queueEvent(queued, endOf(queued.block))));
  return [
    ...drain({ ...state, queue: closed }).events,
    {
      type: 'message_delta',
      delta: {
        stop_reason: encodeStopReason(reason, finish.stopSequence),
        stop_sequence: finish.stopSequence ?? null,
      },
      usage: encodeUsage(usage),
    },
    { type: 'message_stop' },
  ];
};

const formatEvents = (events: readonly WireEvent[]): Uint8Array => {
  const frames = events.map((event) => formatFrame({ event: event.type, data: JSON.stringify(event) }));
  return frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
};

export function createEventEncoder(): EventEncoder {
  const losses = createLossList();
  let state = initialEncodeState;
  return {
    push(event) {
      const step = encodeStep(state, event);
      state = step.state;
      for (const { path, reason } of step.losses) losses.add(path, reason);
      return formatEvents(step.events);
    },
    end: () => formatEvents(encodeEnd(state)),
    losses: losses.all,
  };
}
