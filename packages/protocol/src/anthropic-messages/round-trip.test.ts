import type { AssistantPart, ChatEvent, ChatRequest, Message, Usage } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { anthropicMessages as codec } from './index.js';

const context = { streamUsage: true, createdAtSeconds: 0 };
const text = fc.string({ minLength: 1, unit: 'grapheme' });
const optional = { requiredKeys: [] };
const inputText = fc.record({ city: text, days: fc.integer() }).map((input) => JSON.stringify(input));
const cacheHint = fc.constantFrom({ ttl: '5m' as const }, { ttl: '1h' as const });

const textPart = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  fc.record({ type: fc.constant('text' as const), text, cacheHint }),
);
const imagePart = fc.record({
  type: fc.constant('image' as const),
  source: fc.oneof(
    fc.record({ kind: fc.constant('url' as const), url: fc.webUrl() }),
    fc.record({ kind: fc.constant('base64' as const), mediaType: fc.constant('image/png'), data: fc.base64String() }),
  ),
});
const assistantPart: fc.Arbitrary<AssistantPart> = fc.oneof(
  textPart,
  fc.record({ type: fc.constant('reasoning' as const), text: fc.string(), signature: text }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.constant(''), redactedData: text }),
  fc.record({ type: fc.constant('tool-call' as const), id: text, name: text, arguments: inputText }),
);
const userPart = fc.oneof(textPart, imagePart);
const toolMessage: fc.Arbitrary<Message> = fc.record(
  {
    role: fc.constant('tool' as const),
    toolCallId: text,
    parts: fc.array(userPart, { maxLength: 2 }),
    isError: fc.boolean(),
    cacheHint,
  },
  { requiredKeys: ['role', 'toolCallId', 'parts'] },
);
const message = <R extends Message['role'], P>(role: R, part: fc.Arbitrary<P>) =>
  fc.record({ role: fc.constant(role), parts: fc.array(part, { minLength: 1, maxLength: 3 }) });

/** What a user says after an assistant: results first, and then at most one message. */
const turn: fc.Arbitrary<readonly Message[]> = fc
  .tuple(message('assistant', assistantPart), fc.array(toolMessage, { maxLength: 2 }), message('user', userPart))
  .map(([assistant, results, user]) => [assistant, ...results, user]);

const messages = fc
  .tuple(
    fc.array(message('system', textPart), { maxLength: 1 }),
    message('user', userPart),
    fc.array(turn, { maxLength: 3 }),
  )
  .map(([system, user, turns]): Message[] => [...system, user, ...turns.flat()]);

const tool = fc.record(
  {
    name: text,
    description: fc.string(),
    parameters: fc.constant({ type: 'object', properties: { city: { type: 'string' } } }),
    strict: fc.boolean(),
    cacheHint,
  },
  { requiredKeys: ['name', 'parameters'] },
);
const reasoning = fc.constantFrom<NonNullable<ChatRequest['reasoning']>>(
  { effort: 'none' },
  { adaptive: true },
  { adaptive: true, effort: 'xhigh' },
  { budgetTokens: 1024 },
  { budgetTokens: 1500, effort: 'low' },
);
const settings = fc.record(
  {
    reasoning,
    outputFormat: fc.constant({ kind: 'json-schema' as const, schema: { type: 'object' } }),
    temperature: fc.double({ min: 0.01, max: 1, noNaN: true }),
    topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
    topK: fc.nat(),
    stopSequences: fc.array(text, { maxLength: 3 }),
    userId: text,
  },
  optional,
);
const toolUse = fc.oneof(
  fc.constant({ tools: [] }),
  fc.record({ tools: fc.array(tool, { minLength: 1, maxLength: 2 }) }),
  fc.record({
    tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
    toolChoice: fc.constantFrom(
      { kind: 'auto' as const },
      { kind: 'required' as const },
      { kind: 'tool' as const, name: 'f' },
    ),
    parallelToolCalls: fc.boolean(),
  }),
);
const request: fc.Arbitrary<ChatRequest> = fc
  .record({ messages, settings, toolUse, stream: fc.boolean(), maxOutputTokens: fc.integer({ min: 2000, max: 9000 }) })
  .map(({ messages: conversation, settings: some, toolUse: use, stream, maxOutputTokens }) => ({
    model: 'claude',
    messages: conversation,
    stream,
    streamUsage: true,
    maxOutputTokens,
    foreign: [{ dialect: 'anthropic-messages' as const, path: 'service_tier', value: 'auto' }],
    ...use,
    ...some,
  }));

type Unnumbered = (block: number) => ChatEvent[];
const textBlock: fc.Arbitrary<Unnumbered> = fc
  .array(text, { maxLength: 3 })
  .map((deltas) => (block) => [
    { type: 'text-start', block },
    ...deltas.map((delta): ChatEvent => ({ type: 'text-delta', block, text: delta })),
    { type: 'text-end', block },
  ]);
const reasoningBlock: fc.Arbitrary<Unnumbered> = fc
  .tuple(fc.array(text, { maxLength: 3 }), text)
  .map(([deltas, signature]) => (block) => [
    { type: 'reasoning-start', block },
    ...deltas.map((delta): ChatEvent => ({ type: 'reasoning-delta', block, text: delta })),
    { type: 'reasoning-end', block, signature },
  ]);
const redactedBlock: fc.Arbitrary<Unnumbered> = text.map((redactedData) => (block) => [
  { type: 'reasoning-start', block },
  { type: 'reasoning-end', block, redactedData },
]);
const callBlock: fc.Arbitrary<Unnumbered> = fc
  .record({ id: text, name: text, input: inputText, cut: fc.nat() })
  .map(({ id, name, input, cut }) => (block) => {
    const at = 1 + (cut % (input.length - 1));
    return [
      { type: 'tool-call-start', block, id, name },
      { type: 'tool-call-delta', block, arguments: input.slice(0, at) },
      { type: 'tool-call-delta', block, arguments: input.slice(at) },
      { type: 'tool-call-end', block },
    ];
  });
const blocks = fc.array(fc.oneof(textBlock, reasoningBlock, redactedBlock, callBlock), { maxLength: 4 });

const usage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: fc.nat(),
  cachedInputTokens: fc.nat(),
  cacheWriteTokens: fc.nat(),
  cacheWrite1hTokens: fc.nat(),
  outputTokens: fc.nat(),
  reasoningTokens: fc.nat(),
  source: fc.constant('measured' as const),
});
const finish: fc.Arbitrary<ChatEvent> = fc.oneof(
  fc.constantFrom<ChatEvent>(
    { type: 'finish', reason: 'stop' },
    { type: 'finish', reason: 'length' },
    { type: 'finish', reason: 'tool-calls' },
    { type: 'finish', reason: 'refusal' },
    { type: 'finish', reason: 'pause' },
    { type: 'finish', reason: 'context-length' },
  ),
  text.map((stopSequence): ChatEvent => ({ type: 'finish', reason: 'stop', stopSequence })),
);
const events = fc
  .tuple(blocks, usage, finish)
  .map(([parts, total, end]): ChatEvent[] => [
    { type: 'start', id: 'msg_1', model: 'claude', usage: noUsage },
    ...parts.flatMap((part, block) => part(block)),
    { type: 'usage', usage: total },
    end,
  ]);

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
        const target = { model: 'claude', options: {}, defaultMaxOutputTokens: 1 };
        const { body, losses } = codec.encodeRequest(original, target);
        expect(losses).toEqual([]);
        expect(codec.decodeRequest(body)).toEqual(original);
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
