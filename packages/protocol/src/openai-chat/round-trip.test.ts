import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noUsage } from '@claudette/core';
import type { AssistantPart, ChatEvent, ChatRequest, ImagePart, Message, TextPart, Tool } from '@claudette/core';

import { compact } from '../json/fields.js';
import { createFramer } from '../sse/framer.js';
import { openaiChat } from './index.js';

const said = fc.string({ minLength: 1, unit: 'binary' }).map((text) => Buffer.from(text).toString());
const name = fc.stringMatching(/^[a-z_]{1,8}$/);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const text: fc.Arbitrary<TextPart> = said.map((content) => ({ type: 'text', text: content }));
const image: fc.Arbitrary<ImagePart> = fc.oneof(
  fc.webUrl().map((url) => ({ type: 'image' as const, source: { kind: 'url' as const, url }, detail: 'high' })),
  fc.base64String({ minLength: 4 }).map((data) => ({
    type: 'image' as const,
    source: { kind: 'base64' as const, mediaType: 'image/png', data },
  })),
);
const call: fc.Arbitrary<AssistantPart> = fc.tuple(name, name, fc.json()).map(([id, called, args]) => ({
  type: 'tool-call',
  id,
  name: called,
  arguments: args,
}));
const refusal: fc.Arbitrary<AssistantPart> = said.map((content) => ({ type: 'refusal', text: content }));

const message: fc.Arbitrary<Message> = fc.oneof(
  fc
    .tuple(fc.constantFrom('system' as const, 'developer' as const), fc.array(text, { minLength: 1 }))
    .map(([role, parts]) => ({ role, parts })),
  fc.array(fc.oneof(text, image), { minLength: 1 }).map((parts) => ({ role: 'user' as const, parts })),
  fc
    .tuple(fc.array(text), fc.array(refusal, { maxLength: 1 }), fc.array(call))
    .map(([texts, refusals, calls]) => ({ role: 'assistant' as const, parts: [...texts, ...refusals, ...calls] })),
  fc
    .tuple(name, fc.array(text, { minLength: 1 }))
    .map(([toolCallId, parts]) => ({ role: 'tool' as const, toolCallId, parts })),
);

const tool: fc.Arbitrary<Tool> = fc
  .record({
    name,
    description: maybe(said),
    parameters: maybe(fc.constant({ type: 'object' })),
    strict: maybe(fc.boolean()),
  })
  .map(compact);

const amount = fc.double({ noNaN: true, min: -2, max: 2 }).map((number) => number + 0);

const request: fc.Arbitrary<ChatRequest> = fc
  .record({
    model: fc.constant('m'),
    messages: fc.array(message),
    stream: fc.constant(true),
    streamUsage: fc.constant(true),
    tools: fc.array(tool, { minLength: 1 }),
    toolChoice: maybe(
      fc.oneof(
        fc.constantFrom('auto' as const, 'none' as const, 'required' as const).map((kind) => ({ kind })),
        name.map((called) => ({ kind: 'tool' as const, name: called })),
      ),
    ),
    parallelToolCalls: maybe(fc.boolean()),
    outputFormat: maybe(
      fc.oneof(
        fc.constant({ kind: 'json' as const }),
        fc.record({ kind: fc.constant('json-schema' as const), schema: fc.constant({ a: 1 }), name }),
      ),
    ),
    reasoning: maybe(
      fc.record({ effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max') }),
    ),
    maxOutputTokens: maybe(fc.nat()),
    temperature: maybe(amount),
    topP: maybe(amount),
    stopSequences: maybe(fc.array(said)),
    seed: maybe(fc.maxSafeInteger().map((number) => number + 0)),
    presencePenalty: maybe(amount),
    frequencyPenalty: maybe(amount),
    choices: maybe(fc.integer({ min: 1, max: 4 })),
    userId: maybe(said),
    foreign: fc
      .uniqueArray(fc.constantFrom('logit_bias', 'store', 'metadata'))
      .map((paths) => paths.map((path) => ({ dialect: 'openai-chat' as const, path, value: { a: [1] } }))),
  })
  .map(compact) as fc.Arbitrary<ChatRequest>;

/** Events of a reply as a provider may give them: blocks one after the other. */
const block = (number: number): fc.Arbitrary<ChatEvent[]> =>
  fc.oneof(
    ...(['text', 'reasoning', 'refusal'] as const).map((kind) =>
      fc
        .array(said, { minLength: 1, maxLength: 4 })
        .map((pieces): ChatEvent[] => [
          { type: `${kind}-start`, block: number },
          ...pieces.map((piece): ChatEvent => ({ type: `${kind}-delta`, block: number, text: piece })),
          { type: `${kind}-end`, block: number },
        ]),
    ),
    fc.tuple(name, fc.dictionary(name, fc.string())).map(([called, args]): ChatEvent[] => [
      { type: 'tool-call-start', block: number, id: `call_${number}`, name: called },
      { type: 'tool-call-delta', block: number, arguments: JSON.stringify(args) },
      { type: 'tool-call-end', block: number },
    ]),
  );

const counts = fc.nat({ max: 1_000_000 });
const usageEvent = fc
  .record({ inputTokens: counts, cachedInputTokens: counts, outputTokens: counts, reasoningTokens: counts })
  .map((usage): ChatEvent => ({ type: 'usage', usage: { ...noUsage, ...usage } }));

const kindOf = (events: readonly ChatEvent[]): string => events[0]?.type ?? '';

const reply: fc.Arbitrary<ChatEvent[]> = fc
  .integer({ min: 0, max: 5 })
  .chain((count) => fc.tuple(fc.tuple(...Array.from({ length: count }, (_, number) => block(number))), usageEvent))
  // Two blocks of one kind in a row are one block on the wire.
  .filter(([blocks]) =>
    blocks.every(
      (events, index) => kindOf(events) === 'tool-call-start' || kindOf(events) !== kindOf(blocks[index - 1] ?? []),
    ),
  )
  .map(([blocks, usage]) => {
    const kinds = blocks.map(kindOf);
    const isRefusal = kinds.includes('refusal-start');
    const reason = kinds.includes('tool-call-start') ? 'tool-calls' : isRefusal ? 'refusal' : 'length';
    return [{ type: 'start', id: 'r', model: 'm' }, ...blocks.flat(), { type: 'finish', reason }, usage];
  });

const encodeStream = (events: readonly ChatEvent[]): Buffer => {
  const encoder = openaiChat.createEventEncoder({ streamUsage: true, createdAtSeconds: 1 });
  return Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
};

describe('what is encoded and decoded again', () => {
  it('is the same request', () => {
    const target = { model: 'm', options: {}, defaultMaxOutputTokens: 1 };
    fc.assert(
      fc.property(request, (original) => {
        const { body, losses } = openaiChat.encodeRequest(original, target);
        expect(losses).toEqual([]);
        expect(openaiChat.decodeRequest(body)).toEqual(original);
      }),
    );
  });

  it('is the same stream, however it was cut', () => {
    fc.assert(
      fc.property(reply, fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 40 }), (events, sizes) => {
        const bytes = encodeStream(events);
        const framer = createFramer();
        const decoder = openaiChat.createEventDecoder();
        const decoded: ChatEvent[] = [];
        let at = 0;
        for (const size of sizes) decoded.push(...decoder.push(framer.push(bytes.subarray(at, (at += size)))));
        decoded.push(...decoder.push(framer.push(bytes.subarray(at))));
        expect(decoded).toEqual(events);
      }),
    );
  });

  it('is a stream that the scanner sees the end of, with the same usage', () => {
    fc.assert(
      fc.property(reply, (events) => {
        const bytes = encodeStream(events);
        const scanner = openaiChat.createScanner('sse');
        expect(scanner.see(bytes)).toBe(bytes.length);
        expect(scanner).toMatchObject({ finished: true, closed: true, failure: undefined });
        expect({ type: 'usage', usage: scanner.usage }).toEqual(events.at(-1));
      }),
    );
  });

  it('is a whole reply with the same words, calls, reason and usage', () => {
    const meaning = (events: readonly ChatEvent[]): unknown => {
      const join = (type: ChatEvent['type']): string =>
        events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('');
      const rest = events.filter(({ type }) => /^(?:start|finish|usage)$/.test(type));
      const calls = events.flatMap((event) => ('arguments' in event ? event.arguments : []));
      return [join('text-delta'), join('reasoning-delta'), join('refusal-delta'), calls, rest];
    };
    fc.assert(
      fc.property(reply, (events) => {
        const { body, losses } = openaiChat.encodeReply(events, { streamUsage: false, createdAtSeconds: 1 });
        expect(losses).toEqual([]);
        expect(meaning(openaiChat.decodeReply(body))).toEqual(meaning(events));
      }),
    );
  });
});
