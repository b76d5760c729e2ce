import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  AssistantPart,
  ChatRequest,
  Citation,
  DocumentPart,
  ForeignField,
  ImagePart,
  Message,
  TextPart,
  Tool,
} from '@claudette/core';

import { compact } from '../json/fields.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const dialect = 'openai-responses';
const said = fc.string({ minLength: 1, unit: 'binary' }).map((text) => Buffer.from(text).toString());
const name = fc.stringMatching(/^[a-z]{1,8}$/);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const base64 = fc.base64String({ minLength: 4 });

const text: fc.Arbitrary<TextPart> = said.map((content) => ({ type: 'text', text: content }));
const image: fc.Arbitrary<ImagePart> = fc.oneof(
  fc.webUrl().map((url) => ({ type: 'image' as const, source: { kind: 'url' as const, url }, detail: 'high' })),
  base64.map((data) => ({
    type: 'image' as const,
    source: { kind: 'base64' as const, mediaType: 'image/png', data },
  })),
);
const document: fc.Arbitrary<DocumentPart> = fc
  .tuple(
    fc.oneof(
      fc.webUrl().map((url) => ({ kind: 'url' as const, url })),
      base64.map((data) => ({ kind: 'base64' as const, mediaType: 'application/pdf', data })),
      said.map((content) => ({ kind: 'text' as const, text: content })),
    ),
    name,
  )
  .map(([source, title]) => ({ type: 'document', source, name: title }));
const input = fc.oneof(text, image, document);

const citation: fc.Arbitrary<Citation> = fc.record({
  url: fc.webUrl(),
  title: said,
  startIndex: fc.nat(),
  endIndex: fc.nat(),
});
const cited: fc.Arbitrary<TextPart> = fc
  .tuple(text, fc.array(citation, { minLength: 1, maxLength: 2 }))
  .map(([part, citations]) => ({ ...part, citations }));
const call: fc.Arbitrary<AssistantPart> = fc.oneof(
  fc.record({ type: fc.constant('tool-call' as const), id: name, name, arguments: fc.json() }),
  fc.record({
    type: fc.constant('tool-call' as const),
    id: name,
    name,
    arguments: fc.string(),
    takesText: fc.constant(true),
  }),
);
const reasoning: fc.Arbitrary<AssistantPart> = fc.tuple(fc.string(), name, maybe(name)).map(([content, data, id]) => ({
  type: 'reasoning',
  text: content,
  state: { dialect, kind: 'encrypted', data, ...(id !== undefined && { id }) },
}));
const refusal: fc.Arbitrary<AssistantPart> = said.map((content) => ({ type: 'refusal', text: content }));
const assistant: fc.Arbitrary<Message> = fc
  .array(fc.oneof(text, cited, refusal, reasoning, call), { minLength: 1 })
  .map((parts) => ({ role: 'assistant', parts }));

const other: fc.Arbitrary<Message> = fc.oneof(
  fc
    .tuple(fc.constantFrom('system' as const, 'developer' as const), fc.array(text, { minLength: 1 }))
    .map(([role, parts]) => ({ role, parts })),
  fc.array(input, { minLength: 1 }).map((parts) => ({ role: 'user' as const, parts })),
  fc
    .tuple(name, fc.array(input, { minLength: 1 }))
    .map(([toolCallId, parts]) => ({ role: 'tool' as const, toolCallId, parts })),
);

const isAssistant = (message: Message | undefined): boolean => message?.role === 'assistant';

/** The instructions are one text, and two turns of the assistant are one on the wire. */
const conversation: fc.Arbitrary<readonly Message[]> = fc
  .tuple(maybe(text), fc.array(fc.oneof(other, assistant), { minLength: 1 }))
  .map(([instructions, messages]) => [
    ...(instructions === undefined
      ? [{ role: 'developer' as const, parts: [{ type: 'text' as const, text: 'd' }] }]
      : [{ role: 'system' as const, parts: [instructions] }]),
    ...messages.filter((message, index) => !isAssistant(message) || !isAssistant(messages[index - 1])),
  ]);

const inNamespace = (tool: Tool): Tool => ({
  ...tool,
  name: `space__${tool.name}`,
  nested: { namespace: 'space', name: tool.name },
});
const functionTool: fc.Arbitrary<Tool> = fc
  .record({
    name,
    description: maybe(said),
    parameters: maybe(fc.constant({ type: 'object' })),
    strict: fc.boolean(),
  })
  .map(compact);
const grammar = { type: 'grammar', grammar: { syntax: 'lark', definition: 'a' } };
const textTool: fc.Arbitrary<Tool> = fc.record({
  name,
  takesText: fc.constantFrom({}, { format: grammar }),
});
const tool = fc.oneof(functionTool, textTool);
/** What the wire makes a space's description of, which only this dialect knows. */
const described = (tools: readonly Tool[]): readonly ForeignField[] => {
  const at = tools.findIndex(({ nested }) => nested !== undefined);
  return at < 0 ? [] : [{ dialect, path: `tools[${at}].description`, value: 'space' }];
};
const tools = fc
  .tuple(fc.array(tool, { minLength: 1 }), fc.array(tool.map(inNamespace)))
  .map(([plain, nested]) => [...plain, ...nested]);

const amount = fc.double({ noNaN: true, min: -2, max: 2 }).map((number) => number + 0);

const foreign = fc
  .uniqueArray(fc.constantFrom('truncation', 'max_tool_calls', 'client_metadata'))
  .map((paths) => paths.map((path): ForeignField => ({ dialect, path, value: { a: [1] } })));

const request: fc.Arbitrary<ChatRequest> = fc
  .record({
    model: fc.constant('m'),
    messages: conversation,
    stream: fc.boolean(),
    streamUsage: fc.constant(true),
    tools,
    toolChoice: maybe(
      fc.oneof(
        fc.constantFrom('auto' as const, 'none' as const, 'required' as const).map((kind) => ({ kind })),
        name.map((called) => ({ kind: 'tool' as const, name: called })),
        fc.record({
          kind: fc.constant('allowed' as const),
          mode: fc.constantFrom('auto' as const, 'required' as const),
          names: fc.array(name, { minLength: 1 }),
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
      fc.record({
        effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
        summary: fc.constantFrom('auto', 'concise', 'detailed'),
      }),
    ),
    maxOutputTokens: maybe(fc.nat().map((tokens) => tokens + 16)),
    temperature: maybe(amount),
    topP: maybe(amount),
    userId: maybe(name),
    logprobs: maybe(fc.record({ top: fc.nat({ max: 20 }) })),
    metadata: maybe(fc.dictionary(name, fc.string())),
    serviceTier: maybe(name),
    promptCacheKey: maybe(name),
    verbosity: maybe(fc.constantFrom('low', 'medium', 'high')),
    foreign,
  })
  .map((fields) =>
    compact({ ...fields, foreign: [...fields.foreign, ...described(fields.tools)] }),
  ) as fc.Arbitrary<ChatRequest>;

describe('a request that is encoded and decoded again', () => {
  it('is the same, and leaves nothing with the provider', () => {
    const target = { model: 'm', options: {}, defaultMaxOutputTokens: 1 };
    fc.assert(
      fc.property(request, (original) => {
        const { body, losses } = encodeRequest(original, target);
        expect(losses).toEqual([]);
        const { replyOptions, ...decoded } = decodeRequest(body);
        expect(decoded).toEqual(original);
        expect(replyOptions).toContain('store: false');
      }),
    );
  });
});
