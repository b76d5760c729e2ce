import type {
  AssistantPart,
  ChatRequest,
  DocumentPart,
  ImagePart,
  Message,
  OpaqueState,
  ReasoningOptions,
  TextPart,
  Tool,
} from '@claudette/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { compact } from '../json/fields.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const said = fc.string({ minLength: 1, unit: 'grapheme' });
const name = fc.stringMatching(/^[a-z_]{1,8}$/);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const base64 = fc.base64String({ minLength: 4 });

const state: fc.Arbitrary<OpaqueState> = base64.map((data) => ({ dialect: 'gemini', kind: 'signature', data }));
const text: fc.Arbitrary<TextPart> = said.map((content) => ({ type: 'text', text: content }));
const bytes = (mediaType: string) => base64.map((data) => ({ kind: 'base64' as const, mediaType, data }));
const link = (extension: string) =>
  fc.webPath().map((path) => ({ kind: 'url' as const, url: `https://a.test${path}/file.${extension}` }));
const image: fc.Arbitrary<ImagePart> = fc
  .oneof(bytes('image/png'), link('webp'))
  .map((source) => ({ type: 'image', source }));
const document: fc.Arbitrary<DocumentPart> = fc
  .oneof(
    bytes('application/pdf'),
    link('pdf'),
    said.map((content) => ({ kind: 'text' as const, text: content })),
  )
  .map((source) => ({ type: 'document', source }));
const inline = fc.oneof(
  bytes('image/png').map((source): ImagePart => ({ type: 'image', source })),
  bytes('application/pdf').map((source): DocumentPart => ({ type: 'document', source })),
);

const args = fc.dictionary(name, fc.jsonValue()).map((fields) => JSON.stringify(JSON.parse(JSON.stringify(fields))));
const thought = fc
  .record({ type: fc.constant('reasoning' as const), text: said, state: maybe(state) })
  .map(compact) as fc.Arbitrary<AssistantPart>;
const spoken = fc
  .record({ type: fc.constant('text' as const), text: said, state: maybe(state) })
  .map(compact) as fc.Arbitrary<AssistantPart>;

interface Asked {
  readonly name: string;
  readonly arguments: string;
  readonly state: OpaqueState;
  readonly answer: readonly (TextPart | ImagePart | DocumentPart)[];
  readonly isError: boolean;
}

/** Results hold images and documents only since Gemini 3. */
const asked = (takesMedia: boolean): fc.Arbitrary<Asked> =>
  fc.record({
    name,
    arguments: args,
    state,
    answer: fc
      .tuple(text, fc.array(inline, { maxLength: takesMedia ? 2 : 0 }))
      .map(([first, media]) => [first, ...media]),
    isError: fc.boolean(),
  });

const isSigned = (part: AssistantPart | undefined): boolean =>
  part !== undefined && 'state' in part && part.state !== undefined;

/** A model's turn, the results of its calls and what the user says to them. */
const turn = (takesMedia: boolean) =>
  fc
    .record({
      // Parts of one kind that nothing was signed between are one.
      parts: fc
        .array(fc.oneof(thought, spoken), { minLength: 1, maxLength: 3 })
        .filter((all) => all.every(({ type }, index) => all[index - 1]?.type !== type || isSigned(all[index - 1]))),
      calls: fc.array(asked(takesMedia), { maxLength: 3 }),
      reply: fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 3 }),
    })
    .map(({ parts, calls, reply }) => (at: number): Message[] => {
      const ids = calls.map((_call, index) => `call-${at}-${index}`);
      return [
        {
          role: 'assistant',
          parts: [
            ...parts,
            ...calls.map((call, index): AssistantPart => ({
              type: 'tool-call',
              id: ids[index] ?? '',
              name: call.name,
              arguments: call.arguments,
              state: call.state,
            })),
          ],
        },
        ...calls.map((call, index): Message => {
          const result = { role: 'tool' as const, toolCallId: ids[index] ?? '', parts: call.answer };
          return call.isError ? { ...result, isError: true } : result;
        }),
        { role: 'user', parts: reply },
      ];
    });

const messages = (takesMedia: boolean) =>
  fc
    .tuple(
      fc.array(fc.array(text, { minLength: 1, maxLength: 2 }), { maxLength: 1 }),
      fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 3 }),
      fc.array(turn(takesMedia), { maxLength: 3 }),
    )
    .map(([system, first, turns]): Message[] => [
      ...system.map((parts): Message => ({ role: 'system', parts })),
      { role: 'user', parts: first },
      ...turns.flatMap((each, at) => each(at)),
    ]);

const tool: fc.Arbitrary<Tool> = fc
  .record({ name, description: maybe(said), parameters: maybe(fc.constant({ type: 'object', a_b: { C_D: 1 } })) })
  .map(compact) as fc.Arbitrary<Tool>;

const choice = fc.oneof(
  fc.constantFrom('auto' as const, 'none' as const, 'required' as const).map((kind) => ({ kind })),
  name.map((called) => ({ kind: 'tool' as const, name: called })),
  fc.record({
    kind: fc.constant('allowed' as const),
    mode: fc.constant('auto' as const),
    names: fc.array(name, { minLength: 1 }),
  }),
  fc.record({
    kind: fc.constant('allowed' as const),
    mode: fc.constant('required' as const),
    names: fc.array(name, { minLength: 2 }),
  }),
);

const amount = fc.double({ noNaN: true, min: -2, max: 2 }).map((number) => number + 0);
const summary = fc.constantFrom('auto' as const, 'none' as const);

const request = (takesMedia: boolean) =>
  fc
    .record({
      model: fc.constant('m'),
      messages: messages(takesMedia),
      stream: fc.boolean(),
      streamUsage: fc.constant(true),
      tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
      toolChoice: maybe(choice),
      outputFormat: maybe(
        fc.constantFrom(
          { kind: 'json' as const },
          { kind: 'json-schema' as const, schema: { type: 'OBJECT', x_y: 1 } },
        ),
      ),
      maxOutputTokens: maybe(fc.nat()),
      temperature: maybe(amount),
      topP: maybe(amount),
      topK: maybe(fc.nat()),
      stopSequences: maybe(fc.array(said, { minLength: 1, maxLength: 5 })),
      seed: maybe(fc.integer()),
      presencePenalty: maybe(amount),
      frequencyPenalty: maybe(amount),
      logprobs: maybe(fc.record({ top: fc.integer({ min: 0, max: 20 }) })),
      foreign: fc
        .uniqueArray(
          fc.constantFrom(
            'tools[1]',
            'safetySettings',
            'generationConfig.mediaResolution',
            'toolConfig.retrievalConfig',
          ),
        )
        .map((paths) => paths.map((path) => ({ dialect: 'gemini' as const, path, value: { a: [1] } }))),
    })
    .map(compact) as fc.Arbitrary<ChatRequest>;

const budgets: fc.Arbitrary<ReasoningOptions> = fc.oneof(
  fc.record({ budgetTokens: fc.integer({ min: 1, max: 24_576 }), summary }),
  fc.record({ adaptive: fc.constant(true), summary }),
  fc.constant({ effort: 'none' as const }),
);
const levels: fc.Arbitrary<ReasoningOptions> = fc.record({
  effort: fc.constantFrom('minimal' as const, 'low', 'medium', 'high'),
  summary,
});

const byPath = (all: ChatRequest['foreign']): ChatRequest['foreign'] =>
  all.toSorted((one, other) => one.path.localeCompare(other.path));

describe('a request that is encoded and decoded again', () => {
  it.each([
    ['gemini-2.5-flash', budgets, false],
    ['gemini-3-flash', levels, true],
  ] as const)('is the same for %s', (model, reasonings, takesMedia) => {
    const target = { model, options: {}, defaultMaxOutputTokens: 1 };
    fc.assert(
      fc.property(request(takesMedia), fc.option(reasonings, { nil: undefined }), (fields, reasoning) => {
        const original: ChatRequest = reasoning === undefined ? fields : { ...fields, reasoning };
        const { body, losses } = encodeRequest(original, target);
        expect(losses).toEqual([]);
        const decoded = decodeRequest(body, { model: 'm', stream: original.stream });
        expect({ ...decoded, foreign: byPath(decoded.foreign) }).toEqual({
          ...original,
          foreign: byPath(original.foreign),
        });
      }),
    );
  });
});
