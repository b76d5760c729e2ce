import type { Answer, FakeCitation, FakeToolCall, FakeUsage } from './answer.js';
import type { AnswerOverrides } from './behaviour.js';
import { exampleOf } from './example-of.js';
import type { OfferedTool, Prompt } from './prompt.js';
import type { Seal } from './provider-memory.js';

/** Below this a token limit cuts the answer short, one token a word. */
const TINY_MAX_TOKENS = 5;
const BASE_INPUT_TOKENS = 10;
const CACHED_INPUT_TOKENS = 64;
const CACHE_WRITE_TOKENS = 32;

const wordsOf = (text: string): string[] => text.match(/\s*\S+/g) ?? [];
const says = (prompt: Prompt, word: string): boolean => new RegExp(`\\b${word}`, 'i').test(prompt.userText);

const callOf = ({ name, schema, takesText, namespace }: OfferedTool): FakeToolCall => ({
  name,
  arguments: takesText === true ? 'text' : JSON.stringify(exampleOf(schema)),
  ...(takesText === true && { takesText }),
  ...(namespace !== undefined && { namespace }),
});

const callsOf = (prompt: Prompt): FakeToolCall[] => {
  const forced = prompt.tools.filter((tool) => tool.name === prompt.forcedTool);
  const [first, second] = forced.length > 0 ? forced : prompt.tools;
  if (first === undefined || prompt.toolResults.length > 0) return [];
  const tools = says(prompt, 'parallel') && prompt.parallelTools ? [first, second ?? first] : [first];
  return tools.map(callOf);
};

const jsonText = (prompt: Prompt): string => {
  const example = exampleOf(prompt.outputSchema);
  const isEmpty = typeof example === 'object' && example !== null && Object.keys(example).length === 0;
  return JSON.stringify(isEmpty ? { echo: prompt.userText } : example);
};

const spokenText = (prompt: Prompt): string => {
  if (prompt.outputSchema !== undefined) return jsonText(prompt);
  const seen = prompt.media.map((medium) => `I see ${medium}. `).join('');
  if (prompt.toolResults.length > 0) return `${seen}The tool said: ${prompt.toolResults.join(' and ')}`;
  return `${seen}Echo: ${prompt.userText.replace(/\s*\[\[fake:.*?\]\]/gs, '')}`;
};

/** The words up to the first stop sequence or the token limit, and what ended them. */
function limitText(prompt: Prompt, whole: string): Pick<Answer, 'text' | 'finish' | 'stopSequence'> {
  const hits = prompt.stopSequences
    .map((sequence) => ({ sequence, at: whole.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at);
  const [hit] = hits;
  const words = wordsOf(hit === undefined ? whole : whole.slice(0, hit.at));
  if (prompt.maxTokens < TINY_MAX_TOKENS && words.length > prompt.maxTokens) {
    return { text: words.slice(0, prompt.maxTokens), finish: 'length' };
  }
  return { text: words, finish: 'stop', ...(hit !== undefined && { stopSequence: hit.sequence }) };
}

type Content = Pick<
  Answer,
  'reasoning' | 'redacts' | 'text' | 'citations' | 'refusal' | 'toolCalls' | 'finish' | 'stopSequence'
>;

const source: FakeCitation = {
  url: 'https://example.com/source',
  title: 'A source',
  citedText: 'What the source says.',
};

function contentOf(prompt: Prompt): Content {
  const silent = {
    reasoning: prompt.reasons ? wordsOf('The user says something, so I shall echo it.') : [],
    redacts: prompt.reasons && says(prompt, 'redact'),
    text: [],
    citations: [],
    refusal: [],
    toolCalls: [],
  };
  if (says(prompt, 'refuse')) return { ...silent, refusal: wordsOf('I cannot help with that.'), finish: 'refusal' };
  const toolCalls = callsOf(prompt);
  if (toolCalls.length > 0) return { ...silent, toolCalls, finish: 'tool-calls' };
  return { ...silent, citations: says(prompt, 'cite') ? [source] : [], ...limitText(prompt, spokenText(prompt)) };
}

/** The tokens of a prompt, as an answer reports them and as a count of them says. */
export const countInput = (prompt: Prompt): number => BASE_INPUT_TOKENS + wordsOf(prompt.userText).length;

const usageOf = (prompt: Prompt, content: Content): FakeUsage => {
  const cached = says(prompt, 'cached');
  return {
    inputTokens: countInput(prompt),
    cachedInputTokens: cached ? CACHED_INPUT_TOKENS : 0,
    cacheWriteTokens: cached ? CACHE_WRITE_TOKENS : 0,
    outputTokens: content.text.length + content.refusal.length + 5 * content.toolCalls.length,
    reasoningTokens: content.reasoning.length,
  };
};

/** What a test said of the answer takes the place of what the request would have got. */
const override = (content: Content, overrides: AnswerOverrides): Content => {
  const { deltas, refusal, toolCalls } = overrides;
  const changed = {
    ...content,
    reasoning: overrides.reasoning ?? content.reasoning,
    redacts: overrides.redacted ?? content.redacts,
    citations: overrides.citations ?? content.citations,
    finish: overrides.finish ?? content.finish,
  };
  if (deltas === undefined && refusal === undefined && toolCalls === undefined) return changed;
  const usualFinish = toolCalls !== undefined ? 'tool-calls' : refusal !== undefined ? 'refusal' : 'stop';
  return {
    ...changed,
    text: deltas ?? [],
    refusal: refusal ?? [],
    toolCalls: toolCalls ?? [],
    finish: overrides.finish ?? usualFinish,
    stopSequence: undefined,
  };
};

/** What the answer's wire text is made of besides its content. */
export interface AnswerOf {
  readonly number: number;
  /** The request's body. */
  readonly request: unknown;
  readonly seal: Seal;
}

/**
 * The same request gets the same answer, in every run. Words of the prompt steer it: `refuse` refuses, `parallel` calls
 * two tools, `cached` reports cached tokens, `cite` names a source, `redact` redacts some of the thinking.
 */
export function deriveAnswer(prompt: Prompt, of: AnswerOf, overrides: AnswerOverrides): Answer {
  const content = override(contentOf(prompt), overrides);
  const usage = usageOf(prompt, content);
  return {
    number: of.number,
    model: prompt.model,
    ...content,
    showsReasoning: prompt.showsReasoning || overrides.reasoning !== undefined,
    encryptsReasoning: prompt.encryptsReasoning,
    topLogprobs: overrides.topLogprobs ?? prompt.topLogprobs,
    finishWord: overrides.finishWord,
    blockReason: overrides.blockReason,
    usage: overrides.usage === null ? null : { ...usage, ...overrides.usage },
    includeUsage: prompt.includeUsage,
    choices: prompt.choices,
    request: of.request,
    seal: (kind, place, bound) => of.seal(kind, `${of.number}-${place}`, bound),
  };
}
