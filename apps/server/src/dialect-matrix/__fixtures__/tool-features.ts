import { expect } from '@jest/globals';

import type { Cell, Feature } from './cell.js';
import type { Pair } from './pair.js';
import { finishWord } from './finish-words.js';
import { pdf, pixel } from './media-features.js';
import { say, urlOf } from './question.js';
import type { Question, Tool, ToolCall, ToolChoice, ToolResult } from './question.js';

const toolOf = (name: string, argument: string): Tool => ({
  name,
  description: `Tells the ${name} of a ${argument}.`,
  schema: {
    type: 'object',
    properties: { [argument]: { type: 'string', enum: ['Ulm', 'Rom'], description: 'One of two.' } },
    required: [argument],
    additionalProperties: false,
  },
});

const tools = [toolOf('weather', 'city'), toolOf('traffic', 'town')];
const calls: readonly ToolCall[] = [
  { id: 'call_1', name: 'weather', arguments: { city: 'Ulm' } },
  { id: 'call_2', name: 'traffic', arguments: { town: 'Rom' } },
];
const scripted = (some: readonly ToolCall[]) => ({
  kind: 'answer' as const,
  toolCalls: some.map((call) => ({ name: call.name, arguments: JSON.stringify(call.arguments) })),
});
const seenCalls = (some: readonly ToolCall[]) => some.map((call) => ({ name: call.name, arguments: call.arguments }));

const calling = ({ client }: Pair, some: readonly ToolCall[]) => ({
  question: { ...say('How is it in Ulm?'), tools },
  behaviour: scripted(some),
  seen: () => ({ toolCalls: seenCalls(some), finish: finishWord(client, 'tool-calls') }),
  arrived: { tools, said: ['How is it in Ulm?'] },
});

/** The model called, and this is what came of it. */
const answered = (results: readonly ToolResult[]): Question => ({
  turns: [...say('How is it?').turns, { by: 'model', calls: results.map(({ call }) => call) }, { by: 'tool', results }],
  tools,
});

const arrivedOf = (results: readonly ToolResult[]) => ({
  calls: seenCalls(results.map(({ call }) => call)),
  results: results.map(({ call, text }) => ({ name: call.name, text })),
});

const results = calls.map((call, index) => ({ call, text: ['sunny', 'jammed'][index] ?? '' }));
/** Gemini's documents have no names. */
const NAMES_LOST = ['messages[2].content[1].name', 'messages[3].content[1].name'];

/** Both results bring a medium. */
const mediaCell = (
  { client, backend }: Pair,
  variant: string,
  { image, document }: Pick<ToolResult, 'image' | 'document'>,
): Cell => {
  const some = results.map((result) => ({ ...result, ...(image && { image }), ...(document && { document }) }));
  return {
    variant,
    question: answered(some),
    seen: () => ({ text: expect.stringContaining('The tool said: sunny') }),
    arrived: {
      ...arrivedOf(some),
      images: image === undefined ? [] : some.map(() => urlOf(image)),
      documents: document === undefined ? [] : some.map(() => urlOf(document)),
    },
    losses: document !== undefined && client !== backend && backend === 'gemini' ? NAMES_LOST : [],
  };
};

const choices: readonly (readonly [variant: string, choice: ToolChoice])[] = [
  ['none', 'none'],
  ['required', 'required'],
  ['named', { name: 'traffic' }],
];

/** What concerns functions that the model may call. */
export const toolFeatures: readonly Feature[] = [
  {
    name: 'tools',
    cellsOf: (pair) => {
      const cell = calling(pair, calls.slice(0, 1));
      const afterText = { ...cell, behaviour: { ...cell.behaviour, deltas: ['I shall', ' look.'] } };
      return [
        cell,
        { ...afterText, variant: 'after text', seen: () => ({ ...cell.seen(), text: 'I shall look.' }) },
        { ...calling(pair, [{ id: 'call_1', name: 'weather', arguments: {} }]), variant: 'no arguments' },
      ];
    },
  },
  {
    name: 'parallel tools',
    cellsOf: (pair) => {
      const cell = calling(pair, calls);
      // Older models of Gemini give their calls no ids; all other clients need one for each.
      const callIds = pair.client === 'gemini' ? {} : { callIds: calls.length };
      return [{ ...cell, seen: () => ({ ...cell.seen(), ...callIds }) }];
    },
  },
  {
    name: 'tool choice',
    cellsOf: () =>
      choices.map(([variant, toolChoice]) => ({
        variant,
        question: { ...say('Hi.'), tools, toolChoice },
        behaviour: { kind: 'answer', deltas: ['Well.'] },
        seen: () => ({ text: 'Well.' }),
        arrived: { tools, toolChoice },
      })),
  },
  {
    name: 'tool result',
    cellsOf: () =>
      [results.slice(0, 1), results].map((some) => ({
        variant: some.length === 1 ? 'one' : 'two',
        question: answered(some),
        seen: () => ({ text: `The tool said: ${some.map(({ text }) => text).join(' and ')}` }),
        arrived: arrivedOf(some),
      })),
  },
  {
    name: 'tool media',
    cellsOf: (pair) =>
      pair.client === 'openai-chat'
        ? 'tool results of Chat Completions are text'
        : [mediaCell(pair, 'image', { image: pixel }), mediaCell(pair, 'document', { document: pdf })],
  },
];
