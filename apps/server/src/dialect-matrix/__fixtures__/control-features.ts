import { expect } from '@jest/globals';

import type { Arrived } from './arrived.js';
import type { Feature } from './cell.js';
import type { Pair } from './pair.js';
import { plainUsage, plainUsageSeen } from './cell.js';
import { fieldsOf } from './field-names.js';
import { finishWord } from './finish-words.js';
import { say } from './question.js';

const THOUGHTS = ['Let me', ' think', ' it over.'];
const reasoning = { effort: 'medium', budgetTokens: 8192 } as const;
const tool = {
  name: 'ring',
  description: 'Rings.',
  schema: { type: 'object', properties: { at: { type: 'string' } } },
} as const;
const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'integer' } } },
  required: ['city', 'days'],
  additionalProperties: false,
};

const usesBudgets = ({ client }: Pair): boolean => client === 'anthropic-messages' || client === 'gemini';

/** Budgets reach those who know budgets; the others get the effort that it is nearest to. */
const reasoningArrived = (pair: Pair): Arrived['reasoning'] => {
  const keepsBudget = pair.backend === 'anthropic-messages' || pair.client === pair.backend;
  return usesBudgets(pair) && keepsBudget ? reasoning.budgetTokens : reasoning.effort;
};

const reasoningLosses = (pair: Pair): string[] => [
  ...(pair.backend === 'openai-chat' ? fieldsOf(pair.client, 'summary') : []),
  ...(reasoningArrived(pair) === reasoning.effort ? fieldsOf(pair.client, 'budget') : []),
];

/** Proofs that come with an answer without tool calls, and for which the client's dialect has no place. */
const stateLosses = ({ client, backend }: Pair): string[] => {
  if (client === backend || backend === 'openai-chat' || client === 'gemini') return [];
  if (backend === 'gemini') return [client === 'anthropic-messages' ? 'content[1].state' : 'text.state'];
  return client === 'openai-chat' ? ['reasoning.state'] : [];
};

/** How the client asks that the model think, show it, answer in a shape and stop at a word. */
export const controlFeatures: readonly Feature[] = [
  {
    name: 'reasoning',
    cellsOf: (pair) => [
      {
        question: { ...say('Hi.'), reasoning },
        behaviour: {
          kind: 'answer',
          reasoning: THOUGHTS,
          deltas: ['Hello.'],
          usage: { ...plainUsage, reasoningTokens: 3 },
        },
        seen: () => ({ text: 'Hello.', reasoning: THOUGHTS.join(''), usage: { ...plainUsageSeen, output: 10 } }),
        arrived: { reasoning: reasoningArrived(pair) },
        losses: reasoningLosses(pair),
        replyLosses: stateLosses(pair),
      },
      {
        variant: 'before a call',
        question: { ...say('Hi.'), reasoning, tools: [tool] },
        behaviour: {
          kind: 'answer',
          reasoning: THOUGHTS,
          toolCalls: [{ name: tool.name, arguments: '{"at":"noon"}' }],
          usage: { ...plainUsage, reasoningTokens: 3 },
        },
        seen: () => ({
          reasoning: THOUGHTS.join(''),
          toolCalls: [{ name: tool.name, arguments: { at: 'noon' } }],
          finish: finishWord(pair.client, 'tool-calls'),
          usage: { ...plainUsageSeen, output: 10 },
        }),
        arrived: { reasoning: reasoningArrived(pair), tools: [tool] },
        losses: reasoningLosses(pair),
      },
    ],
  },
  {
    name: 'structured',
    cellsOf: () => [
      {
        question: { ...say('Where, and when?'), schema },
        seen: () => ({ text: JSON.stringify({ city: 'text', days: [1] }) }),
        arrived: { schema },
      },
    ],
  },
  {
    name: 'stop sequence',
    cellsOf: (pair) => {
      if (pair.client === 'openai-responses') return 'the Responses API has no stop sequences';
      const question = { ...say('one two END three'), stop: ['END'] };
      if (pair.backend === 'openai-responses') {
        return [
          {
            question,
            seen: () => ({ text: 'Echo: one two END three' }),
            losses: fieldsOf(pair.client, 'stop'),
          },
        ];
      }
      const saysWhich = pair.backend === 'anthropic-messages' && pair.client === 'anthropic-messages';
      const finish = saysWhich ? 'stop_sequence' : finishWord(pair.client, 'stop');
      return [
        {
          question,
          seen: () => ({ text: expect.stringMatching(/^Echo: one two ?$/), finish }),
          arrived: { stop: ['END'] },
          replyLosses: pair.backend === 'anthropic-messages' && !saysWhich ? ['finish.stopSequence'] : [],
        },
      ];
    },
  },
];
