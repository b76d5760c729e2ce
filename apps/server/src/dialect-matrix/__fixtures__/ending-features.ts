import { expect } from '@jest/globals';
import type { FinishReason } from '@claudette/core';
import type { Behaviour } from '@claudette/testing';

import { plainUsageSeen } from './cell.js';
import type { Cell, Feature, Framing } from './cell.js';
import type { Pair } from './pair.js';
import { finishLosses, finishSeen, finishWord, vendorWords } from './finish-words.js';
import { say } from './question.js';
import type { Seen } from './seen.js';

const question = say('Go on.');
const deltas = ['one', ' two'];
const toolCalls = [{ name: 'weather', arguments: '{"city":"Ulm"}' }];

type Expected = Partial<Record<keyof Seen, unknown>>;

/** The SDK raised; `status` is that of the HTTP answer, if it was not already 200. */
const raised = (status: number | undefined, message: RegExp, before: Expected = {}): Expected => ({
  finish: undefined,
  usage: undefined,
  ...before,
  error: { status, message: expect.stringMatching(message) },
});

/** What the fake providers say of their own faults. */
const providersWords = /server had an error|overloaded|internal/i;

/** A fault after the first content: a stream is broken off, and of a whole answer there is nothing but the error. */
const faultSeen = (framing: Framing, message: RegExp, said: readonly string[]): Expected =>
  framing === 'whole' ? raised(502, message) : raised(undefined, message, { text: said.join(''), pieces: said });

const hasRefusalField = ({ client }: Pair): boolean => client === 'openai-chat' || client === 'openai-responses';

/** OpenAI's clients know a refusal by its field alone, but Anthropic's words of it came as text. */
const declinedSeen = (pair: Pair): Expected =>
  hasRefusalField(pair) ? { refusal: 'The model declined to answer.' } : {};

const endCell = (pair: Pair, word: string, reason: FinishReason): Cell => {
  const isCall = reason === 'tool-calls';
  return {
    variant: word,
    question,
    behaviour: { kind: 'answer', finishWord: word, ...(isCall ? { toolCalls } : { deltas }) },
    seen: () => ({
      ...(isCall ? { toolCalls: [{ name: 'weather', arguments: { city: 'Ulm' } }] } : { text: deltas.join('') }),
      finish: finishSeen(pair, reason, word),
      ...(reason === 'refusal' && declinedSeen(pair)),
    }),
    replyLosses: finishLosses(pair, reason),
  };
};

/** A word by which a vendor says that it failed. Gemini's clients read it themselves where the bytes have gone already. */
const faultCell = (pair: Pair, word: string): Cell => ({
  variant: word,
  question,
  behaviour: { kind: 'answer', finishWord: word, deltas },
  seen: (framing) =>
    framing === 'stream' && pair.client === 'gemini' && pair.backend === 'gemini'
      ? { text: deltas.join(''), finish: word }
      : faultSeen(framing, word === 'failed' ? providersWords : new RegExp(word), deltas),
});

const promptBlocked = (pair: Pair): Cell => ({
  variant: 'prompt blocked',
  question,
  behaviour: { kind: 'answer', blockReason: 'PROHIBITED_CONTENT' },
  seen: () => ({
    finish: finishSeen(pair, 'content-filter', 'PROHIBITED_CONTENT'),
    usage: { ...plainUsageSeen, output: 0 },
  }),
});

const stopReasons: Feature = {
  name: 'stop reasons',
  cellsOf: (pair) => [
    ...Object.entries(vendorWords[pair.backend]).map(([word, reason]) =>
      reason === 'fault' ? faultCell(pair, word) : endCell(pair, word, reason),
    ),
    ...(pair.backend === 'gemini' ? [promptBlocked(pair)] : []),
  ],
};

const REFUSAL = ['I cannot', ' help with that.'];

const refusalSeen = (pair: Pair): Expected => {
  const said = REFUSAL.join('');
  if (pair.backend === 'anthropic-messages') return { text: said, ...declinedSeen(pair) };
  return hasRefusalField(pair) ? { refusal: said } : { text: said };
};

const refusal: Feature = {
  name: 'refusal',
  cellsOf: (pair) => {
    if (pair.backend === 'gemini') return 'Gemini does not refuse: it withholds the answer';
    return [
      {
        question,
        behaviour: { kind: 'answer', refusal: REFUSAL },
        seen: () => ({ ...refusalSeen(pair), finish: finishWord(pair.client, 'refusal') }),
        replyLosses: [
          ...(pair.backend === 'anthropic-messages' && pair.client !== pair.backend ? ['stop_details'] : []),
          ...finishLosses(pair, 'refusal'),
        ],
      },
    ];
  },
};

/** What a client is told of an error of the backend: its own faults as they are, others as the gateway's. */
const statuses: readonly (readonly [backend: number, client: number])[] = [
  [400, 400],
  [429, 429],
  [500, 502],
];

const errorsBefore = statuses.map(([status, told]): Feature => ({
  name: `error ${status}`,
  cellsOf: () => [
    { question, behaviour: { kind: 'status', status, message: 'so it is' }, seen: () => raised(told, /so it is/) },
  ],
}));

const faults = ({ backend }: Pair): readonly (readonly [variant: string, behaviour: Behaviour])[] =>
  backend === 'openai-responses'
    ? (['error', 'flat-error', 'response.failed'] as const).map((report) => [
        report,
        { kind: 'in-band-error', report, deltas },
      ])
    : [['', { kind: 'in-band-error', deltas }]];

const errorWithin: Feature = {
  name: 'error within',
  cellsOf: (pair) =>
    faults(pair).map(([variant, behaviour]) => ({
      variant,
      question,
      behaviour,
      seen: (framing) => faultSeen(framing, providersWords, deltas.slice(0, 1)),
    })),
};

/** How answers end, well or not. */
export const endingFeatures: readonly Feature[] = [stopReasons, refusal, ...errorsBefore, errorWithin];
