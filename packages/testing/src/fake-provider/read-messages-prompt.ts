import { fieldOf, listOf, numberOf, partsOf, textOf } from './json-reading.js';
import type { Prompt } from './prompt.js';
import { describeBase64, describeText, describeUrl, joinTexts, readTurns } from './read-turns.js';
import type { Noun, Turn } from './read-turns.js';

const nouns: Readonly<Record<string, Noun>> = { image: 'an image', document: 'a document' };

const mediaOf = (block: unknown): string[] => {
  const noun = nouns[textOf(fieldOf(block, 'type'))];
  const source = fieldOf(block, 'source');
  if (noun === undefined) return [];
  if (fieldOf(source, 'type') === 'url') return [describeUrl(noun, textOf(fieldOf(source, 'url')))];
  const describe = fieldOf(source, 'type') === 'text' ? describeText : describeBase64;
  return [describe(noun, fieldOf(source, 'data'))];
};

const turnOf = (by: Turn['by'], content: unknown): Turn => {
  const blocks = partsOf(content);
  return {
    by,
    text: joinTexts(blocks.map((block) => textOf(fieldOf(block, 'text')))),
    media: blocks.flatMap(mediaOf),
  };
};

/** A user message is the results it holds, and then what the user says besides. */
const userTurns = (content: unknown): Turn[] => {
  const results = partsOf(content).filter((block) => fieldOf(block, 'type') === 'tool_result');
  const said = turnOf('user', content);
  return [
    ...results.map((block) => turnOf('tool', fieldOf(block, 'content'))),
    ...(results.length === 0 || said.text !== '' || said.media.length > 0 ? [said] : []),
  ];
};

const turnsOf = (message: unknown): Turn[] => {
  const content = fieldOf(message, 'content');
  switch (fieldOf(message, 'role')) {
    case 'user':
      return userTurns(content);
    case 'assistant':
      return [turnOf('model', content)];
    default:
      return [turnOf('system', content)];
  }
};

/** Reads a request of the Messages API. */
export function readMessagesPrompt(body: unknown): Prompt {
  const choice = fieldOf(body, 'tool_choice');
  const forcedTool = textOf(fieldOf(choice, 'name'));
  const thinking = fieldOf(body, 'thinking');
  const thinks = fieldOf(thinking, 'type');
  const format = fieldOf(body, 'output_config', 'format') ?? fieldOf(body, 'output_format');

  return {
    ...readTurns(listOf(fieldOf(body, 'messages')).flatMap(turnsOf)),
    model: textOf(fieldOf(body, 'model')),
    framing: fieldOf(body, 'stream') === true ? 'sse' : 'json',
    includeUsage: true,
    tools:
      fieldOf(choice, 'type') === 'none'
        ? []
        : listOf(fieldOf(body, 'tools'))
            .filter((tool) => fieldOf(tool, 'input_schema') !== undefined)
            .map((tool) => ({ name: textOf(fieldOf(tool, 'name')), schema: fieldOf(tool, 'input_schema') })),
    ...(forcedTool !== '' && { forcedTool }),
    parallelTools: fieldOf(choice, 'disable_parallel_tool_use') !== true,
    reasons: thinks === 'enabled' || thinks === 'adaptive',
    showsReasoning: fieldOf(thinking, 'display') !== 'omitted',
    encryptsReasoning: false,
    ...(fieldOf(format, 'type') === 'json_schema' && { outputSchema: fieldOf(format, 'schema') }),
    maxTokens: numberOf(fieldOf(body, 'max_tokens')) ?? Infinity,
    stopSequences: listOf(fieldOf(body, 'stop_sequences')).map(textOf),
    choices: 1,
  };
}
