import type { ChatEvent, OpaqueState } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { sealState } from '../opaque-state.js';

import { callBlock, events } from './__fixtures__/arbitrary-events.js';
import { request } from './__fixtures__/arbitrary-request.js';
import { id, text } from './__fixtures__/arbitrary-values.js';
import { anthropicMessages as codec } from './index.js';

const context = { streamUsage: true, tools: [], createdAtSeconds: 0 };
/** The events with the deltas of each block joined and the blocks one after the other, without the usage of the start. */
const summary = (list: readonly ChatEvent[]): readonly unknown[] => {
  const parts = new Map<number, Record<string, unknown>>();
  const others: unknown[] = [];
  for (const event of list) {
    if (!('block' in event)) others.push(event.type === 'start' ? { ...event, usage: undefined } : event);
    else {
      const part = parts.get(event.block) ?? { content: '' };
      const delta = 'text' in event ? event.text : 'arguments' in event ? event.arguments : '';
      parts.set(event.block, {
        ...part,
        ...event,
        text: undefined,
        arguments: undefined,
        citation: undefined,
        citations: [...((part['citations'] ?? []) as unknown[]), ...('citation' in event ? [event.citation] : [])],
        content: `${String(part['content'])}${delta}`,
      });
    }
  }
  return [...others, [...parts.entries()].sort(([a], [b]) => a - b)];
};

const streamed = (list: readonly ChatEvent[]): Buffer => {
  const encoder = codec.createEventEncoder(context);
  return Buffer.concat([...list.map((event) => encoder.push(event)), encoder.end()]);
};

describe('a round trip', () => {
  it('brings a request back', () => {
    fc.assert(
      fc.property(request, (original) => {
        // Thinking with a budget may be dropped there, which is listed.
        fc.pre(
          original.reasoning?.budgetTokens === undefined || original.messages.every(({ role }) => role !== 'tool'),
        );
        const target = { model: 'claude', options: {}, defaultMaxOutputTokens: 1 };
        const { body, losses } = codec.encodeRequest(original, target);
        expect(losses).toEqual([]);
        expect(codec.decodeRequest(body)).toEqual(original);
      }),
    );
  });

  it("brings another provider's state back through a client", () => {
    const anyState: fc.Arbitrary<OpaqueState> = fc.record({
      dialect: fc.constantFrom('openai-responses' as const, 'gemini' as const),
      kind: fc.constantFrom('signature' as const, 'encrypted' as const),
      data: text,
    });
    fc.assert(
      fc.property(fc.string(), id, anyState, (words, callId, state) => {
        const { body } = codec.encodeReply(
          [
            { type: 'start', id: 'msg_1', model: 'm' },
            { type: 'reasoning-start', block: 0 },
            { type: 'reasoning-delta', block: 0, text: words },
            { type: 'reasoning-end', block: 0, state },
            { type: 'tool-call-start', block: 1, id: callId, name: 'f', state },
            { type: 'tool-call-end', block: 1 },
            { type: 'finish', reason: 'tool-calls' },
          ],
          context,
        );
        const { content } = JSON.parse(Buffer.from(body).toString()) as { content: { id: string }[] };
        const result = { type: 'tool_result', tool_use_id: content[1]?.id };
        const messages = [
          { role: 'assistant', content },
          { role: 'user', content: [result] },
        ];
        const next = codec.decodeRequest(Buffer.from(JSON.stringify({ model: 'm', max_tokens: 1, messages })));
        expect(next.carriesSealedState).toBe(true);
        expect(next.messages).toEqual([
          {
            role: 'assistant',
            parts: [
              { type: 'reasoning', text: words, state },
              { type: 'tool-call', id: callId, name: 'f', arguments: '{}', state },
            ],
          },
          { role: 'tool', toolCallId: callId, parts: [] },
        ]);
        expect(JSON.stringify(content)).toContain(sealState(state));
      }),
    );
  });

  it('brings a stream back, event by event', () => {
    fc.assert(
      fc.property(events, (original) => {
        expect(codec.createEventDecoder().push(streamed(original))).toEqual(original);
      }),
    );
  });

  it('brings a whole reply back', () => {
    fc.assert(
      fc.property(events, (original) => {
        const { body, losses } = codec.encodeReply(original, context);
        expect(losses).toEqual([]);
        expect(summary(codec.decodeReply(body))).toEqual(summary(original));
      }),
    );
  });

  it('brings overlapping blocks back one after the other', () => {
    const overlapping = fc.tuple(fc.array(callBlock, { minLength: 2, maxLength: 4 }), fc.infiniteStream(fc.nat()));
    fc.assert(
      fc.property(overlapping, ([parts, choices]) => {
        const waiting = parts.map((part, block) => part(block));
        const mixed = waiting.flatMap((part) => part.splice(0, 1));
        while (waiting.some((part) => part.length > 0)) {
          const left = waiting.filter((part) => part.length > 0);
          mixed.push(...(left[choices.next().value % left.length]?.splice(0, 1) ?? []));
        }
        const original: ChatEvent[] = [
          { type: 'start', id: 'msg_1', model: 'claude' },
          ...mixed,
          { type: 'usage', usage: noUsage },
          { type: 'finish', reason: 'tool-calls' },
        ];
        const decoded = codec.createEventDecoder().push(streamed(original));
        expect(summary(decoded)).toEqual(summary(original));
        const order = decoded.flatMap((event) => ('block' in event ? [event.block] : []));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
    );
  });

  it('shows the scanner a stream as whole', () => {
    fc.assert(
      fc.property(events, (original) => {
        const bytes = streamed(original);
        const scanner = codec.createScanner('sse');
        expect(scanner.see(bytes)).toBe(bytes.length);
        expect([scanner.finished, scanner.failure]).toEqual([true, undefined]);
        expect(original).toContainEqual({ type: 'usage', usage: scanner.usage });
      }),
    );
  });
});
