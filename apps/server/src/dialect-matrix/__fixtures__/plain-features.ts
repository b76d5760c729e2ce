import type { Feature } from './cell.js';
import { say } from './question.js';

const DELTAS = ['Grüße', ' aus', ' 日本', ' 😀'];
const answer = { kind: 'answer', deltas: DELTAS } as const;

/** What has nothing to do with tools, media or trouble. */
export const plainFeatures: readonly Feature[] = [
  {
    name: 'text',
    cellsOf: () => [
      {
        variant: 'empty',
        question: say('Say nothing.'),
        behaviour: { kind: 'answer', deltas: [] },
      },
      {
        question: say('Say hello.'),
        behaviour: answer,
        seen: () => ({ text: DELTAS.join('') }),
        arrived: { system: [], said: ['Say hello.'], tools: [], images: [], documents: [], stop: [] },
      },
    ],
  },
  {
    name: 'stream',
    cellsOf: () => [
      {
        framings: ['stream'],
        question: say('Say hello.'),
        behaviour: answer,
        seen: () => ({ text: DELTAS.join(''), pieces: DELTAS }),
      },
    ],
  },
  {
    name: 'system',
    cellsOf: () => [
      {
        question: { ...say('Hi.'), system: 'Speak like a pirate.' },
        seen: () => ({ text: 'Echo: Hi.' }),
        arrived: { system: ['Speak like a pirate.'], said: ['Hi.'] },
      },
    ],
  },
  {
    name: 'cached',
    cellsOf: () => [
      {
        question: say('Hi.'),
        behaviour: {
          kind: 'answer',
          usage: {
            inputTokens: 11,
            cachedInputTokens: 64,
            cacheWriteTokens: 32,
            outputTokens: 7,
            reasoningTokens: 5,
          },
        },
        seen: () => ({ text: 'Echo: Hi.', usage: { input: 107, cached: 64, output: 12 } }),
      },
    ],
  },
];
