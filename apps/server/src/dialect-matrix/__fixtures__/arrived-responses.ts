import type OpenAI from 'openai';

import type { Arrived } from './arrived.js';
import { namesById } from './names-by-id.js';
import type { Tool, ToolChoice } from './question.js';
import { readArguments } from './seen.js';

type Body = OpenAI.Responses.ResponseCreateParams;
type Item = OpenAI.Responses.ResponseInputItem;
type Content =
  | string
  | readonly (
      | OpenAI.Responses.ResponseInputContent
      | OpenAI.Responses.ResponseFunctionCallOutputItem
      | OpenAI.Responses.ResponseOutputMessage['content'][number]
    )[];

const partsOf = (content: Content) =>
  typeof content === 'string' ? [{ type: 'input_text' as const, text: content }] : content;

const textOf = (content: Content): string =>
  partsOf(content)
    .map((part) => (part.type === 'input_text' || part.type === 'output_text' ? part.text : ''))
    .join('');

const contentOf = (item: Item): Content => {
  if ('content' in item && 'role' in item) return item.content;
  return item.type === 'function_call_output' ? item.output : [];
};

const choiceOf = (choice: Body['tool_choice']): ToolChoice | undefined => {
  if (typeof choice === 'object') return choice.type === 'function' ? { name: choice.name } : undefined;
  return choice === 'auto' ? undefined : choice;
};

const toolOf = (tool: OpenAI.Responses.Tool): Tool[] =>
  tool.type === 'function'
    ? [{ name: tool.name, description: tool.description ?? '', schema: tool.parameters as Tool['schema'] }]
    : [];

const saidBy = (items: readonly Item[], ...roles: readonly string[]): string[] =>
  items.flatMap((item) => ('role' in item && roles.includes(item.role) ? [textOf(contentOf(item))] : []));

/** Reads a request of the Responses API. */
export function readResponses(json: unknown): Arrived {
  const body = json as Body;
  const items: readonly Item[] =
    typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : (body.input ?? []);
  const parts = items.flatMap((item) => partsOf(contentOf(item)));
  const calls = items.flatMap((item) => (item.type === 'function_call' ? [item] : []));
  const nameOf = namesById(calls.map(({ call_id, name }) => ({ id: call_id, name })));
  const format = body.text?.format;
  return {
    system: [...(body.instructions ? [body.instructions] : []), ...saidBy(items, 'system', 'developer')],
    said: saidBy(items, 'user'),
    images: parts.flatMap((part) => (part.type === 'input_image' ? [part.image_url ?? 'an image without a URL'] : [])),
    documents: parts.flatMap((part) =>
      part.type === 'input_file' ? [part.file_data ?? part.file_url ?? 'a file without data'] : [],
    ),
    tools: (body.tools ?? []).flatMap(toolOf),
    toolChoice: choiceOf(body.tool_choice),
    calls: calls.map((call) => ({ name: call.name, arguments: readArguments(call.arguments) })),
    results: items.flatMap((item) =>
      item.type === 'function_call_output' ? [{ name: nameOf(item.call_id), text: textOf(item.output) }] : [],
    ),
    documentNames: parts.flatMap((part) => (part.type === 'input_file' ? [part.filename ?? ''] : [])),
    schema: format?.type === 'json_schema' ? format.schema : undefined,
    reasoning: body.reasoning?.effort ?? undefined,
    stop: [],
  };
}
