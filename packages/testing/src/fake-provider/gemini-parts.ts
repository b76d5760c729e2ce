import type { Answer, FakeCitation, FakeToolCall } from './answer.js';
import { parseJson } from './json-reading.js';
import { logprobsOf } from './token-logprobs.js';
import type { FakeLogprob } from './token-logprobs.js';
import { wireId } from './wire.js';

/** From Gemini 3 on, calls have ids, and their signatures must come back. */
export const isGemini3 = (model: string): boolean => model.includes('gemini-3');

const callPart = (answer: Answer, call: FakeToolCall, index: number): object => ({
  functionCall: {
    ...(isGemini3(answer.model) && { id: wireId('', 8, answer.number, index) }),
    name: call.name,
    args: parseJson(call.arguments) ?? {},
  },
  // Of calls in parallel, only the first is signed.
  ...(index === 0 && { thoughtSignature: answer.seal('thought', '0', call.name) }),
});

/** What the model says, one part for each streamed chunk. */
export interface Parts {
  readonly thoughts: readonly object[];
  readonly texts: readonly object[];
  readonly calls: readonly object[];
  /** What stands in the chunk that ends a stream. */
  readonly last: object;
}

/** The signature of a text is where Gemini puts it: with thinking, on the last part. */
const textSignature = (answer: Answer): { thoughtSignature?: string } =>
  answer.reasoning.length > 0 && answer.text.length > 0 ? { thoughtSignature: answer.seal('thought', 'text', '') } : {};

const shown = (answer: Answer): readonly string[] => (answer.showsReasoning ? answer.reasoning : []);

export const partsOfStream = (answer: Answer): Parts => ({
  thoughts: shown(answer).map((text) => ({ text, thought: true })),
  texts: answer.text.map((text) => ({ text })),
  calls: answer.toolCalls.map((call, index) => callPart(answer, call, index)),
  last: { text: '', ...textSignature(answer) },
});

/** The same, as the parts of a whole reply. */
export function partsOfBody(answer: Answer): object[] {
  const thought = shown(answer).join('');
  const text = answer.text.join('');
  return [
    ...(thought === '' ? [] : [{ text: thought, thought: true }]),
    ...(text === '' ? [] : [{ text, ...textSignature(answer) }]),
    ...answer.toolCalls.map((call, index) => callPart(answer, call, index)),
  ];
}

const segmentOf = (citation: FakeCitation, text: string): object => {
  const start = citation.startIndex ?? 0;
  const cited = text.slice(start, citation.endIndex);
  const startIndex = Buffer.byteLength(text.slice(0, start));
  return { startIndex, endIndex: startIndex + Buffer.byteLength(cited), text: cited };
};

/** Where the text comes from; positions are counted in bytes. */
export const groundingOf = (answer: Answer): { groundingMetadata?: object } =>
  answer.citations.length === 0
    ? {}
    : {
        groundingMetadata: {
          webSearchQueries: ['a question'],
          groundingChunks: answer.citations.map(({ url, title }) => ({ web: { uri: url, title } })),
          groundingSupports: answer.citations.map((citation, index) => ({
            segment: segmentOf(citation, answer.text.join('')),
            groundingChunkIndices: [index],
          })),
        },
      };

const candidateOf = ({ token, logprob }: Pick<FakeLogprob, 'token' | 'logprob'>): object => ({
  token,
  logProbability: logprob,
});

/** The log probabilities of the deltas from `at` on, as many as `count`. */
export function logprobsField(answer: Answer, at = 0, count = Infinity): { logprobsResult?: object } {
  const tokens = logprobsOf(answer.text, answer.topLogprobs)?.slice(at, at + count);
  if (tokens === undefined) return {};
  return {
    logprobsResult: {
      chosenCandidates: tokens.map(candidateOf),
      topCandidates: tokens.map(({ top }) => ({ candidates: top.map(candidateOf) })),
    },
  };
}
