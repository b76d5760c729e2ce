import type { Answer, FakeToolCall, FakeUsage } from './answer.js';
import type { AnswerOverrides } from './behaviour.js';
import { exampleOf } from './example-of.js';
import type { Prompt } from './prompt.js';

/** Below this a token limit cuts the answer short, one token a word. */
const TINY_MAX_TOKENS = 5;
const BASE_INPUT_TOKENS = 10;
const CACHED_INPUT_TOKENS = 64;
const CACHE_WRITE_TOKENS = 32;

const wordsOf = (text: string): string[] => text.match(/\s*\S+/g) ?? [];
const says = (prompt: Prompt, word: string): boolean => prompt.userText.toLowerCase().includes(word);

const callsOf = (prompt: Prompt): FakeToolCall[] => {
  const forced = prompt.tools.filter((tool) => tool.name === prompt.forcedTool);
  const [first, second] = forced.length > 0 ? forced : prompt.tools;
  if (first === undefined || prompt.toolResults.length > 0) return [];
  const tools = says(prompt, 'parallel') && prompt.parallelTools ? [first, second ?? first] : [first];
  return tools.map(({ name, schema }) => ({ name, arguments: JSON.stringify(exampleOf(schema)) }));
};

const jsonText = (prompt: Prompt): string => {
  const example = exampleOf(prompt.outputSchema);
  const isEmpty = typeof example === 'object' && example !== null && Object.keys(example).length === 0;
  return JSON.stringify(isEmpty ? { echo: prompt.userText } : example);
};

const spokenText = (prompt: Prompt): string => {
  if (prompt.outputSchema !== undefined) return jsonText(prompt);
  if (prompt.toolResults.length > 0) return `The tool said: ${prompt.toolResults.join(' and ')}`;
  const seen = prompt.images.map((image) => `I see ${image}. `).join('');
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

type Content = Pick<Answer, 'reasoning' | 'text' | 'refusal' | 'toolCalls' | 'finish' | 'stopSequence'>;

function contentOf(prompt: Prompt): Content {
  const reasoning = prompt.reasons ? wordsOf('The user says something, so I shall echo it.') : [];
  const silent = { reasoning, text: [], refusal: [], toolCalls: [] };
  if (says(prompt, 'refuse')) return { ...silent, refusal: wordsOf('I cannot help with that.'), finish: 'refusal' };
  const toolCalls = callsOf(prompt);
  if (toolCalls.length > 0) return { ...silent, toolCalls, finish: 'tool-calls' };
  return { ...silent, ...limitText(prompt, spokenText(prompt)) };
}

const usageOf = (prompt: Prompt, content: Content): FakeUsage => {
  const cached = says(prompt, 'cached');
  return {
    inputTokens: BASE_INPUT_TOKENS + wordsOf(prompt.userText).length,
    cachedInputTokens: cached ? CACHED_INPUT_TOKENS : 0,
    cacheWriteTokens: cached ? CACHE_WRITE_TOKENS : 0,
    outputTokens: content.text.length + content.refusal.length + 5 * content.toolCalls.length,
    reasoningTokens: content.reasoning.length,
  };
};

/** What a test said of the answer takes the place of what the request would have got. */
const override = (content: Content, overrides: AnswerOverrides): Content => {
  const { deltas, reasoning, refusal, toolCalls, finish } = overrides;
  const speaks = deltas !== undefined || refusal !== undefined || toolCalls !== undefined;
  if (!speaks) return { ...content, reasoning: reasoning ?? content.reasoning, finish: finish ?? content.finish };
  const usualFinish = toolCalls !== undefined ? 'tool-calls' : refusal !== undefined ? 'refusal' : 'stop';
  return {
    reasoning: reasoning ?? content.reasoning,
    text: deltas ?? [],
    refusal: refusal ?? [],
    toolCalls: toolCalls ?? [],
    finish: finish ?? usualFinish,
  };
};

/**
 * The same request gets the same answer, in every run. Words of the prompt steer it: `refuse` refuses, `parallel` calls
 * two tools, `cached` reports cached tokens.
 */
export function deriveAnswer(prompt: Prompt, number: number, overrides: AnswerOverrides): Answer {
  const content = override(contentOf(prompt), overrides);
  const usage = usageOf(prompt, content);
  return {
    number,
    model: prompt.model,
    ...content,
    usage: overrides.usage === null ? null : { ...usage, ...overrides.usage },
    includeUsage: prompt.includeUsage,
    choices: prompt.choices,
  };
}
