import type { AssistantPart, ChatRequest, Message } from '@claudette/core';
import fc from 'fast-check';

import { cacheHint, cited, id, inputText, optional, ownState, text } from './arbitrary-values.js';

const documentPart = fc.record(
  {
    type: fc.constant('document' as const),
    source: fc.oneof(
      fc.record({ kind: fc.constant('url' as const), url: fc.webUrl() }),
      fc.record({ kind: fc.constant('text' as const), text: fc.string() }),
      fc.record({
        kind: fc.constant('base64' as const),
        mediaType: fc.constant('application/pdf'),
        data: fc.base64String(),
      }),
    ),
    name: text,
    cacheHint,
  },
  { requiredKeys: ['type', 'source'] },
);

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
  fc.tuple(text, cited).map(([words, sources]) => ({ type: 'text' as const, text: words, ...sources })),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.string(), state: ownState('signature') }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.constant(''), state: ownState('encrypted') }),
  fc.record({ type: fc.constant('tool-call' as const), id, name: text, arguments: inputText }),
);
const userPart = fc.oneof(textPart, imagePart, documentPart);
const toolMessage: fc.Arbitrary<Message> = fc.record(
  {
    role: fc.constant('tool' as const),
    toolCallId: id,
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
  { adaptive: true, effort: 'xhigh', summary: 'auto' },
  { budgetTokens: 1024, summary: 'none' },
  { budgetTokens: 1500, effort: 'low' },
);
/** Thinking goes with few of the others: the provider refuses them beside it. */
const sampling = fc.record(
  {
    temperature: fc.double({ min: 0.01, max: 1, noNaN: true }),
    topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
    topK: fc.nat(),
  },
  optional,
);
const thinking = fc.record({ reasoning, temperature: fc.constant(1), topP: fc.constant(0.99) }, optional);
const settings = fc.record(
  {
    outputFormat: fc.constant({ kind: 'json-schema' as const, schema: { type: 'object' } }),
    serviceTier: fc.constantFrom('auto', 'standard_only'),
    stopSequences: fc.array(text, { maxLength: 3 }),
    userId: text,
  },
  optional,
);
const tools = fc.array(tool, { minLength: 1, maxLength: 2 });
const freeChoice = fc.oneof(
  fc.constant({ tools: [] }),
  fc.record({ tools }),
  fc.record({ tools, toolChoice: fc.constant({ kind: 'auto' as const }), parallelToolCalls: fc.boolean() }),
);
const forcedChoice = fc.record({
  tools,
  toolChoice: fc.constantFrom({ kind: 'required' as const }, { kind: 'tool' as const, name: 'f' }),
  parallelToolCalls: fc.boolean(),
});
const controls = fc.oneof(fc.tuple(sampling, fc.oneof(freeChoice, forcedChoice)), fc.tuple(thinking, freeChoice));
const foreign: fc.Arbitrary<ChatRequest['foreign']> = fc.constantFrom(
  [],
  [
    { dialect: 'anthropic-messages', path: 'container', value: 'c' },
    { dialect: 'anthropic-messages', path: 'tools[0]', value: { type: 'web_search_20250305', name: 'web_search' } },
  ],
);
/** Requests that the dialect can carry whole. */
export const request: fc.Arbitrary<ChatRequest> = fc
  .record({
    messages,
    settings,
    controls,
    foreign,
    stream: fc.boolean(),
    maxOutputTokens: fc.integer({ min: 2000, max: 9000 }),
  })
  .map(({ settings: some, controls: [how, use], ...rest }) => ({
    model: 'claude',
    streamUsage: true,
    ...rest,
    ...use,
    ...how,
    ...some,
  }));
