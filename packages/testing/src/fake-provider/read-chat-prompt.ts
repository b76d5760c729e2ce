import { fieldOf, listOf, numberOf, partsOf, textOf } from './json-reading.js';
import type { OfferedTool, Prompt } from './prompt.js';
import { describeUrl, joinTexts, readTurns } from './read-turns.js';
import type { Turn } from './read-turns.js';

const speakers: Readonly<Record<string, Turn['by']>> = { user: 'user', assistant: 'model', tool: 'tool' };

const mediaOf = (part: unknown): string[] => {
  const url = textOf(fieldOf(part, 'image_url', 'url'));
  const file = textOf(fieldOf(part, 'file', 'file_data'));
  return [
    ...(url === '' ? [] : [describeUrl('an image', url)]),
    ...(file === '' ? [] : [describeUrl('a document', file)]),
  ];
};

const turnOf = (message: unknown): Turn => {
  const parts = partsOf(fieldOf(message, 'content'));
  return {
    by: speakers[textOf(fieldOf(message, 'role'))] ?? 'system',
    text: joinTexts(parts.map((part) => textOf(fieldOf(part, 'text')))),
    media: parts.flatMap(mediaOf),
  };
};

/** The name inside `{type, function: {name}}` or `{type, custom: {name}}`. */
const nameOf = (tool: unknown): string => textOf(fieldOf(tool, 'function', 'name') ?? fieldOf(tool, 'custom', 'name'));

const toolOf = (tool: unknown): OfferedTool => ({
  name: nameOf(tool),
  schema: fieldOf(tool, 'function', 'parameters'),
  ...(fieldOf(tool, 'type') === 'custom' && { takesText: true }),
});

const toolsOf = (body: unknown): OfferedTool[] => {
  const choice = fieldOf(body, 'tool_choice');
  if (choice === 'none') return [];
  const tools = listOf(fieldOf(body, 'tools'))
    .map(toolOf)
    .filter((tool) => tool.name !== '');
  if (fieldOf(choice, 'type') !== 'allowed_tools') return tools;
  const allowed = listOf(fieldOf(choice, 'allowed_tools', 'tools')).map(nameOf);
  return tools.filter((tool) => allowed.includes(tool.name));
};

/** Reads a request of Chat Completions. */
export function readChatPrompt(body: unknown): Prompt {
  const format = fieldOf(body, 'response_format');
  const forcedTool = nameOf(fieldOf(body, 'tool_choice'));
  const effort = fieldOf(body, 'reasoning_effort');
  const stop = fieldOf(body, 'stop');

  return {
    ...readTurns(listOf(fieldOf(body, 'messages')).map(turnOf)),
    model: textOf(fieldOf(body, 'model')),
    framing: fieldOf(body, 'stream') === true ? 'sse' : 'json',
    includeUsage: fieldOf(body, 'stream_options', 'include_usage') === true,
    tools: toolsOf(body),
    ...(forcedTool !== '' && { forcedTool }),
    parallelTools: fieldOf(body, 'parallel_tool_calls') !== false,
    reasons: typeof effort === 'string' && effort !== 'none',
    showsReasoning: true,
    encryptsReasoning: false,
    ...(fieldOf(format, 'type') === 'json_schema' && { outputSchema: fieldOf(format, 'json_schema', 'schema') }),
    ...(fieldOf(format, 'type') === 'json_object' && { outputSchema: {} }),
    ...(fieldOf(body, 'logprobs') === true && { topLogprobs: numberOf(fieldOf(body, 'top_logprobs')) ?? 0 }),
    maxTokens: numberOf(fieldOf(body, 'max_completion_tokens') ?? fieldOf(body, 'max_tokens')) ?? Infinity,
    stopSequences: typeof stop === 'string' ? [stop] : listOf(stop).map(textOf),
    choices: numberOf(fieldOf(body, 'n')) ?? 1,
  };
}
