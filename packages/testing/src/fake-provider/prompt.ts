import type { DialectId } from '@claudette/core';

import { fieldOf, listOf, textOf } from './json-reading.js';

export interface OfferedTool {
  readonly name: string;
  readonly schema: unknown;
}

/** What a request asks for, read from either dialect. */
export interface Prompt {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The text of the last user message. */
  readonly userText: string;
  /** The results that the conversation ends with; empty when it does not end with one. */
  readonly toolResults: readonly string[];
  /** One phrase for each image of the last user message. */
  readonly images: readonly string[];
  /** Tools the model may call now. */
  readonly tools: readonly OfferedTool[];
  readonly forcedTool?: string;
  readonly parallelTools: boolean;
  readonly reasons: boolean;
  /** The answer must be JSON of this schema; `{}` is any object. */
  readonly outputSchema?: unknown;
  readonly maxTokens: number;
  readonly stopSequences: readonly string[];
  readonly choices: number;
}

const partsOf = (content: unknown): readonly unknown[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content);

const textOfParts = (content: unknown): string =>
  partsOf(content)
    .map((part) => textOf(fieldOf(part, 'text')))
    .filter((text) => text !== '')
    .join(' ');

const messagesOf = (body: unknown, role: string): readonly unknown[] =>
  listOf(fieldOf(body, 'messages')).filter((message) => fieldOf(message, 'role') === role);

const lastUserContent = (body: unknown): unknown => fieldOf(messagesOf(body, 'user').at(-1), 'content');

const describeBase64 = (data: string): string => `an image of ${Buffer.from(data, 'base64').length} bytes`;

function readChat(body: unknown): Prompt {
  const messages = listOf(fieldOf(body, 'messages'));
  const lastOther = messages.findLastIndex((message) => fieldOf(message, 'role') !== 'tool');
  const format = fieldOf(body, 'response_format');
  const choice = fieldOf(body, 'tool_choice');
  const forcedTool = textOf(fieldOf(choice, 'function', 'name'));
  const effort = fieldOf(body, 'reasoning_effort');
  const stop = fieldOf(body, 'stop');
  const maxTokens = fieldOf(body, 'max_completion_tokens') ?? fieldOf(body, 'max_tokens');
  const images = partsOf(lastUserContent(body))
    .map((part) => textOf(fieldOf(part, 'image_url', 'url')))
    .filter((url) => url !== '');

  return {
    model: textOf(fieldOf(body, 'model')),
    stream: fieldOf(body, 'stream') === true,
    includeUsage: fieldOf(body, 'stream_options', 'include_usage') === true,
    userText: textOfParts(lastUserContent(body)),
    toolResults: messages.slice(lastOther + 1).map((message) => textOfParts(fieldOf(message, 'content'))),
    images: images.map((url) =>
      url.startsWith('data:') ? describeBase64(url.slice(url.indexOf(',') + 1)) : `an image at ${url}`,
    ),
    tools:
      choice === 'none'
        ? []
        : listOf(fieldOf(body, 'tools'))
            .filter((tool) => fieldOf(tool, 'type') === 'function')
            .map((tool) => ({
              name: textOf(fieldOf(tool, 'function', 'name')),
              schema: fieldOf(tool, 'function', 'parameters'),
            })),
    ...(forcedTool !== '' && { forcedTool }),
    parallelTools: fieldOf(body, 'parallel_tool_calls') !== false,
    reasons: typeof effort === 'string' && effort !== 'none',
    ...(fieldOf(format, 'type') === 'json_schema' && { outputSchema: fieldOf(format, 'json_schema', 'schema') }),
    ...(fieldOf(format, 'type') === 'json_object' && { outputSchema: {} }),
    maxTokens: typeof maxTokens === 'number' ? maxTokens : Infinity,
    stopSequences: typeof stop === 'string' ? [stop] : listOf(stop).map(textOf),
    choices: Number(fieldOf(body, 'n') ?? 1),
  };
}

function readMessages(body: unknown): Prompt {
  const spoken = listOf(fieldOf(body, 'messages')).filter((message) => fieldOf(message, 'role') !== 'system');
  const choice = fieldOf(body, 'tool_choice');
  const forcedTool = textOf(fieldOf(choice, 'name'));
  const thinking = fieldOf(body, 'thinking', 'type');
  const format = fieldOf(body, 'output_config', 'format') ?? fieldOf(body, 'output_format');
  const maxTokens = fieldOf(body, 'max_tokens');
  const images = partsOf(lastUserContent(body))
    .filter((part) => fieldOf(part, 'type') === 'image')
    .map((part) => fieldOf(part, 'source'));

  return {
    model: textOf(fieldOf(body, 'model')),
    stream: fieldOf(body, 'stream') === true,
    includeUsage: true,
    userText: textOfParts(lastUserContent(body)),
    toolResults: partsOf(fieldOf(spoken.at(-1), 'content'))
      .filter((part) => fieldOf(part, 'type') === 'tool_result')
      .map((part) => textOfParts(fieldOf(part, 'content'))),
    images: images.map((source) =>
      fieldOf(source, 'type') === 'url'
        ? `an image at ${textOf(fieldOf(source, 'url'))}`
        : describeBase64(textOf(fieldOf(source, 'data'))),
    ),
    tools:
      fieldOf(choice, 'type') === 'none'
        ? []
        : listOf(fieldOf(body, 'tools'))
            .filter((tool) => fieldOf(tool, 'input_schema') !== undefined)
            .map((tool) => ({ name: textOf(fieldOf(tool, 'name')), schema: fieldOf(tool, 'input_schema') })),
    ...(forcedTool !== '' && { forcedTool }),
    parallelTools: fieldOf(choice, 'disable_parallel_tool_use') !== true,
    reasons: thinking === 'enabled' || thinking === 'adaptive',
    ...(fieldOf(format, 'type') === 'json_schema' && { outputSchema: fieldOf(format, 'schema') }),
    maxTokens: typeof maxTokens === 'number' ? maxTokens : Infinity,
    stopSequences: listOf(fieldOf(body, 'stop_sequences')).map(textOf),
    choices: 1,
  };
}

/** Reads a request body; whatever is not there or has another type counts as not asked for. */
export const readPrompt = (dialect: DialectId, body: unknown): Prompt =>
  dialect === 'openai-chat' ? readChat(body) : readMessages(body);
