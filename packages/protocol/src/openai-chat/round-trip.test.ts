import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noUsage } from '@claudette/core';
import type {
  AssistantPart,
  ChatEvent,
  ChatRequest,
  Citation,
  DocumentPart,
  ImagePart,
  Message,
  TextPart,
  TokenLogprob,
  Tool,
} from '@claudette/core';

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
const document: fc.Arbitrary<DocumentPart> = fc
  .tuple(
    name,
    fc.oneof(
      said.map((content) => ({ kind: 'text' as const, text: content })),
      fc
        .base64String({ minLength: 4 })
        .map((data) => ({ kind: 'base64' as const, mediaType: 'application/pdf', data })),
    ),
  )
  .map(([called, source]) => ({ type: 'document', source, name: called }));
const call: fc.Arbitrary<AssistantPart> = fc.oneof(
  fc
    .tuple(name, name, fc.json())
    .map(([id, called, args]) => ({ type: 'tool-call' as const, id, name: called, arguments: args })),
  fc
    .tuple(name, name, said)
    .map(([id, called, args]) => ({ type: 'tool-call' as const, id, name: called, arguments: args, takesText: true })),
);
const refusal: fc.Arbitrary<AssistantPart> = said.map((content) => ({ type: 'refusal', text: content }));

const message: fc.Arbitrary<Message> = fc.oneof(
  fc
    .tuple(fc.constantFrom('system' as const, 'developer' as const), fc.array(text, { minLength: 1 }))
    .map(([role, parts]) => ({ role, parts })),
  fc.array(fc.oneof(text, image, document), { minLength: 1 }).map((parts) => ({ role: 'user' as const, parts })),
  fc
    .tuple(fc.array(text), fc.array(refusal, { maxLength: 1 }), fc.array(call))
    .map(([texts, refusals, calls]) => ({ role: 'assistant' as const, parts: [...texts, ...refusals, ...calls] })),
  fc
    .tuple(name, fc.array(text, { minLength: 1 }))
    .map(([toolCallId, parts]) => ({ role: 'tool' as const, toolCallId, parts })),
);

const tool: fc.Arbitrary<Tool> = fc.oneof(
  fc
    .record({
      name,
      description: maybe(said),
      parameters: maybe(fc.constant({ type: 'object' })),
      strict: maybe(fc.boolean()),
    })
    .map(compact),
  fc
    .record({
      name,
      description: maybe(said),
      takesText: fc.constantFrom({}, { format: { type: 'text' } }),
    })
    .map(compact),
);

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
        fc.record({
          kind: fc.constant('allowed' as const),
          mode: fc.constantFrom('auto' as const, 'required' as const),
          names: fc.array(name),
        }),
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
    logprobs: maybe(fc.record({ top: fc.nat({ max: 20 }) })),
    metadata: maybe(fc.dictionary(name, said)),
    serviceTier: maybe(name),
    promptCacheKey: maybe(said),
    verbosity: maybe(fc.constantFrom('low', 'medium', 'high')),
    foreign: fc
      .uniqueArray(fc.constantFrom('logit_bias', 'store', 'prediction'))
      .map((paths) => paths.map((path) => ({ dialect: 'openai-chat' as const, path, value: { a: [1] } }))),
  })
  .map(compact) as fc.Arbitrary<ChatRequest>;

const citation: fc.Arbitrary<Citation> = fc
  .record({
    url: fc.webUrl(),
    title: said,
    citedText: maybe(said),
    startIndex: fc.nat(),
    endIndex: fc.nat(),
  })
  .map(compact);
const alternative = fc.record({ token: fc.string(), logprob: amount });
const tokens: fc.Arbitrary<TokenLogprob[]> = fc.array(
  fc.tuple(alternative, fc.array(alternative)).map(([token, top]) => ({ ...token, top })),
  { minLength: 1, maxLength: 3 },
);

/** Events of a reply as a provider may give them: blocks one after the other. */
const block = (number: number): fc.Arbitrary<ChatEvent[]> =>
  fc.oneof(
    fc
      .tuple(
        fc.array(fc.tuple(said, maybe(tokens)), { minLength: 1, maxLength: 4 }),
        fc.array(citation, { maxLength: 2 }),
      )
      .map(([pieces, citations]): ChatEvent[] => [
        { type: 'text-start', block: number },
        ...pieces.flatMap(([piece, weights]): ChatEvent[] => [
          { type: 'text-delta', block: number, text: piece },
          ...(weights === undefined ? [] : [{ type: 'text-logprobs' as const, block: number, tokens: weights }]),
        ]),
        ...citations.map((one): ChatEvent => ({ type: 'text-citation', block: number, citation: one })),
        { type: 'text-end', block: number },
      ]),
    ...(['reasoning', 'refusal'] as const).map((kind) =>
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
    fc
      .tuple(name, fc.array(said, { minLength: 1, maxLength: 3 }))
      .map(([called, pieces]): ChatEvent[] => [
        { type: 'tool-call-start', block: number, id: `call_${number}`, name: called, takesText: true },
        ...pieces.map((piece): ChatEvent => ({ type: 'tool-call-delta', block: number, arguments: piece })),
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
  const encoder = openaiChat.createEventEncoder({ streamUsage: true, tools: [], createdAtSeconds: 1 });
  return Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
};

/** What a reply says, wherever its blocks begin and end. */
const meaning = (events: readonly ChatEvent[]): unknown => {
  const words = { 'text-delta': '', 'reasoning-delta': '', 'refusal-delta': '' };
  const calls: string[] = [];
  const citations: Citation[] = [];
  const weights: TokenLogprob[] = [];
  let start = 0;
  for (const event of events) {
    if (event.type === 'text-start') start = words['text-delta'].length;
    if (event.type === 'text-logprobs') weights.push(...event.tokens);
    if (event.type === 'tool-call-start') calls.push(`${event.id} ${event.name} ${event.takesText === true} `);
    if (event.type === 'tool-call-delta') calls.push(`${calls.pop() ?? ''}${event.arguments}`);
    if ('text' in event) words[event.type] += event.text;
    if (event.type === 'text-citation') {
      const { startIndex = 0, endIndex = 0, ...rest } = event.citation;
      citations.push({ ...rest, startIndex: startIndex + start, endIndex: endIndex + start });
    }
  }
  return [words, calls, citations, weights, events.filter(({ type }) => /^(?:start|finish|usage)$/.test(type))];
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

  it('is a whole reply with the same words, citations, calls, reason and usage', () => {
    fc.assert(
      fc.property(reply, (events) => {
        const { body, losses } = openaiChat.encodeReply(events, { streamUsage: false, tools: [], createdAtSeconds: 1 });
        expect(losses).toEqual([]);
        expect(meaning(openaiChat.decodeReply(body))).toEqual(meaning(events));
      }),
    );
  });
});
