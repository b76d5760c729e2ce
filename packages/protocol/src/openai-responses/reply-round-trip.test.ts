import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noUsage } from '@claudette/core';
import type { ChatEvent, FinishReason, OpaqueState } from '@claudette/core';

import type { ReplyContext } from '../codec.js';
import { splitCallId } from '../opaque-state.js';
import { createFramer } from '../sse/framer.js';
import { createEventDecoder } from './decode-events.js';
import { decodeReply } from './decode-reply.js';
import { createEventEncoder } from './encode-events.js';
import { encodeReply } from './encode-reply.js';
import { createScanner } from './scan.js';

const context: ReplyContext = {
  streamUsage: true,
  tools: [{ name: 'space__tool', nested: { namespace: 'space', name: 'tool' } }],
  createdAtSeconds: 1,
};

const said = fc.string({ minLength: 1, unit: 'binary' }).map((text) => Buffer.from(text).toString());
const name = fc.oneof(fc.stringMatching(/^[a-z_]{1,8}$/), fc.constant('space__tool'));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const state: fc.Arbitrary<OpaqueState> = fc.record({
  dialect: fc.constantFrom('gemini' as const, 'anthropic-messages' as const),
  kind: fc.constantFrom('signature' as const, 'encrypted' as const),
  data: said,
});

/** What may come between the start and the end of a text. */
const textEvent = (block: number): fc.Arbitrary<ChatEvent> =>
  fc.oneof(
    said.map((text): ChatEvent => ({ type: 'text-delta', block, text })),
    fc
      .array(fc.record({ token: said, logprob: fc.double({ noNaN: true, min: -9, max: -1 }), top: fc.constant([]) }), {
        minLength: 1,
      })
      .map((tokens): ChatEvent => ({ type: 'text-logprobs', block, tokens })),
    fc
      .record({ url: fc.webUrl(), title: said, startIndex: fc.nat(), endIndex: fc.nat() })
      .map((citation): ChatEvent => ({ type: 'text-citation', block, citation })),
  );

/** Events of a reply as a provider may give them: blocks one after the other. */
const block = (number: number): fc.Arbitrary<ChatEvent[]> =>
  fc.oneof(
    fc
      .array(textEvent(number), { maxLength: 5 })
      .map((events): ChatEvent[] => [
        { type: 'text-start', block: number },
        ...events,
        { type: 'text-end', block: number },
      ]),
    fc
      .array(said, { maxLength: 3 })
      .map((pieces): ChatEvent[] => [
        { type: 'refusal-start', block: number },
        ...pieces.map((text): ChatEvent => ({ type: 'refusal-delta', block: number, text })),
        { type: 'refusal-end', block: number },
      ]),
    fc
      .tuple(fc.array(said, { maxLength: 3 }), maybe(state))
      .map(([pieces, proof]): ChatEvent[] => [
        { type: 'reasoning-start', block: number },
        ...pieces.map((text): ChatEvent => ({ type: 'reasoning-delta', block: number, text })),
        { type: 'reasoning-end', block: number, ...(proof && { state: proof }) },
      ]),
    fc
      .tuple(name, fc.array(said, { maxLength: 3 }), fc.boolean(), maybe(state))
      .map(([called, pieces, takesText, proof]): ChatEvent[] => [
        {
          type: 'tool-call-start',
          block: number,
          id: `call_${number}`,
          name: called,
          ...(takesText && { takesText }),
          ...(proof && { state: proof }),
        },
        ...pieces.map((text): ChatEvent => ({ type: 'tool-call-delta', block: number, arguments: text })),
        { type: 'tool-call-end', block: number },
      ]),
  );

const counts = fc.nat({ max: 1_000_000 });
const usageEvent = fc
  .record({
    inputTokens: counts,
    cachedInputTokens: counts,
    cacheWriteTokens: counts,
    outputTokens: counts,
    reasoningTokens: counts,
  })
  .map((usage): ChatEvent => ({ type: 'usage', usage: { ...noUsage, ...usage } }));

const reasonOf = (blocks: readonly ChatEvent[][]): FinishReason => {
  const kinds = blocks.map(([first]) => first?.type);
  if (kinds.includes('tool-call-start')) return 'tool-calls';
  return kinds.includes('refusal-start') ? 'refusal' : 'stop';
};

const reply: fc.Arbitrary<ChatEvent[]> = fc
  .integer({ min: 0, max: 5 })
  .chain((count) =>
    fc.tuple(
      fc.tuple(...Array.from({ length: count }, (_, number) => block(number))),
      usageEvent,
      fc.constantFrom<(FinishReason | undefined)[]>('length', 'content-filter', undefined),
    ),
  )
  .map(([blocks, usage, limit]) => [
    { type: 'start', id: 'resp_1', model: 'm' },
    ...blocks.flat(),
    usage,
    { type: 'finish', reason: limit ?? reasonOf(blocks) },
  ]);

const encodeStream = (events: readonly ChatEvent[]): Buffer => {
  const encoder = createEventEncoder(context);
  const bytes = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
  expect(encoder.losses).toEqual([]);
  return bytes;
};

/** What clients send back, as the request decoder of the next turn opens it. */
const unseal = (event: ChatEvent): ChatEvent =>
  event.type === 'tool-call-start' ? { ...event, ...splitCallId(event.id) } : event;

/** The pieces of one block put together: a whole reply has no others. */
const meaningOf = (events: readonly ChatEvent[]): unknown => {
  const words = new Map<number, string>();
  for (const event of events) {
    if (!('block' in event)) continue;
    const piece = 'text' in event ? event.text : 'arguments' in event ? event.arguments : '';
    words.set(event.block, (words.get(event.block) ?? '') + piece);
  }
  return [[...words], events.filter(({ type }) => !type.endsWith('-delta') && type !== 'text-logprobs')];
};

describe('a reply that is encoded and decoded again', () => {
  it('is the same stream, however it was cut', () => {
    fc.assert(
      fc.property(reply, fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 40 }), (events, sizes) => {
        const bytes = encodeStream(events);
        const framer = createFramer();
        const decoder = createEventDecoder();
        const decoded: ChatEvent[] = [];
        let at = 0;
        for (const size of sizes) decoded.push(...decoder.push(framer.push(bytes.subarray(at, (at += size)))));
        decoded.push(...decoder.push(framer.push(bytes.subarray(at))));
        expect(decoded.map(unseal)).toEqual(events);
      }),
    );
  });

  it('is a stream that the scanner sees the end of, with the same usage and reason', () => {
    fc.assert(
      fc.property(reply, (events) => {
        const bytes = encodeStream(events);
        const scanner = createScanner('sse');
        const frames = bytes.toString().split(/(?<=\n\n)/);
        const taken = frames.reduce((sum, frame) => sum + scanner.see(Buffer.from(frame)), 0);
        expect(taken).toBe(bytes.length);
        expect(scanner).toMatchObject({ committed: true, finished: true, closed: true, failure: undefined });
        const { usage, finishReason } = scanner;
        expect([
          { type: 'usage', usage },
          { type: 'finish', reason: finishReason },
        ]).toEqual(events.slice(-2));
      }),
    );
  });

  it('is a whole reply with the same words, calls, citations, reason and usage', () => {
    fc.assert(
      fc.property(reply, (events) => {
        const { body, losses } = encodeReply(events, context);
        expect(losses).toEqual([]);
        const [start, ...decoded] = decodeReply(body);
        expect(start).toMatchObject({ type: 'start', id: 'resp_1', model: 'm' });
        expect(meaningOf(decoded.map(unseal))).toEqual(meaningOf(events.slice(1)));
      }),
    );
  });
});
