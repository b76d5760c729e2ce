import { fieldOf, listOf, numberOf, textOf } from './json-reading.js';
import type { OfferedTool, Prompt } from './prompt.js';
import type { ProviderMemory } from './provider-memory.js';
import { describeUrl, joinTexts, readTurns } from './read-turns.js';
import type { Turn } from './read-turns.js';

/** The least that Responses takes as a limit; it is what a limit of one token is elsewhere. */
export const LEAST_MAX_OUTPUT_TOKENS = 16;

/** The input as items; text alone is a user message. */
export const itemsOf = (input: unknown): readonly unknown[] =>
  typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input);

/** A stored conversation that the request continues, and what it adds. */
export const conversationOf = (body: unknown, memory: ProviderMemory): readonly unknown[] => [
  ...(memory.recallResponse(textOf(fieldOf(body, 'previous_response_id'))) ?? []),
  ...itemsOf(fieldOf(body, 'input')),
];

const speakers: Readonly<Record<string, Turn['by']>> = { user: 'user', assistant: 'model' };

const mediaOf = (part: unknown): string[] => {
  const image = textOf(fieldOf(part, 'image_url'));
  const file = textOf(fieldOf(part, 'file_data') ?? fieldOf(part, 'file_url'));
  return [
    ...(image === '' ? [] : [describeUrl('an image', image)]),
    ...(file === '' ? [] : [describeUrl('a document', file)]),
  ];
};

const turnOf = (by: Turn['by'], content: unknown): Turn => {
  if (typeof content === 'string') return { by, text: content, media: [] };
  const parts = listOf(content);
  return {
    by,
    text: joinTexts(parts.map((part) => textOf(fieldOf(part, 'text')))),
    media: parts.flatMap(mediaOf),
  };
};

const turnOfItem = (item: unknown): Turn => {
  const role = fieldOf(item, 'role');
  if (typeof role === 'string') return turnOf(speakers[role] ?? 'system', fieldOf(item, 'content'));
  if (textOf(fieldOf(item, 'type')).endsWith('_output')) return turnOf('tool', fieldOf(item, 'output'));
  return { by: 'model', text: '', media: [] };
};

const toolsOf = (tools: unknown, namespace?: string): OfferedTool[] =>
  listOf(tools).flatMap((tool): OfferedTool[] => {
    const name = textOf(fieldOf(tool, 'name'));
    const nested = namespace !== undefined && { namespace };
    switch (fieldOf(tool, 'type')) {
      case 'function':
        return [{ name, schema: fieldOf(tool, 'parameters'), ...nested }];
      case 'custom':
        return [{ name, schema: undefined, takesText: true, ...nested }];
      case 'namespace':
        return toolsOf(fieldOf(tool, 'tools'), name);
      default:
        return [];
    }
  });

const allowedTools = (body: unknown): OfferedTool[] => {
  const choice = fieldOf(body, 'tool_choice');
  if (choice === 'none') return [];
  const tools = toolsOf(fieldOf(body, 'tools'));
  if (fieldOf(choice, 'type') !== 'allowed_tools') return tools;
  const allowed = listOf(fieldOf(choice, 'tools')).map((tool) => fieldOf(tool, 'name'));
  return tools.filter((tool) => allowed.includes(tool.name));
};

/** Reads a request of the Responses API. */
export function readResponsesPrompt(body: unknown, memory: ProviderMemory): Prompt {
  const include = listOf(fieldOf(body, 'include'));
  const format = fieldOf(body, 'text', 'format');
  const forcedTool = textOf(fieldOf(body, 'tool_choice', 'name'));
  const effort = fieldOf(body, 'reasoning', 'effort') ?? undefined;
  const summary = fieldOf(body, 'reasoning', 'summary') ?? undefined;
  const limit = numberOf(fieldOf(body, 'max_output_tokens'));

  return {
    ...readTurns(conversationOf(body, memory).map(turnOfItem)),
    model: textOf(fieldOf(body, 'model')),
    framing: fieldOf(body, 'stream') === true ? 'sse' : 'json',
    includeUsage: true,
    tools: allowedTools(body),
    ...(forcedTool !== '' && { forcedTool }),
    parallelTools: fieldOf(body, 'parallel_tool_calls') !== false,
    reasons: effort !== 'none' && (effort !== undefined || summary !== undefined),
    showsReasoning: summary !== undefined,
    encryptsReasoning: include.includes('reasoning.encrypted_content'),
    ...(fieldOf(format, 'type') === 'json_schema' && { outputSchema: fieldOf(format, 'schema') }),
    ...(fieldOf(format, 'type') === 'json_object' && { outputSchema: {} }),
    ...(include.includes('message.output_text.logprobs') && {
      topLogprobs: numberOf(fieldOf(body, 'top_logprobs')) ?? 0,
    }),
    maxTokens: limit === undefined ? Infinity : limit - LEAST_MAX_OUTPUT_TOKENS + 1,
    stopSequences: [],
    choices: 1,
  };
}
