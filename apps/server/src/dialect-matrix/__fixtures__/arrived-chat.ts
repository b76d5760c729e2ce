import type OpenAI from 'openai';

import type { Arrived } from './arrived.js';
import { namesById } from './names-by-id.js';
import type { Tool, ToolChoice } from './question.js';
import { readArguments } from './seen.js';

type Body = OpenAI.ChatCompletionCreateParams;
type Message = OpenAI.ChatCompletionMessageParam;
type ContentPart = OpenAI.ChatCompletionContentPart | OpenAI.ChatCompletionContentPartRefusal;

const partsOf = ({ content }: Message): readonly ContentPart[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);

const textOf = (message: Message): string =>
  partsOf(message)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('');

const choiceOf = (choice: Body['tool_choice']): ToolChoice | undefined => {
  if (typeof choice === 'object') return choice.type === 'function' ? choice.function : undefined;
  return choice === 'auto' ? undefined : choice;
};

const toolOf = (tool: OpenAI.ChatCompletionTool): Tool[] =>
  tool.type === 'function'
    ? [
        {
          name: tool.function.name,
          description: tool.function.description ?? '',
          schema: tool.function.parameters as Tool['schema'],
        },
      ]
    : [];

const schemaOf = (format: Body['response_format']): unknown =>
  format?.type === 'json_schema' ? format.json_schema.schema : undefined;

/** Reads a request of Chat Completions. */
export function readChat(json: unknown): Arrived {
  const body = json as Body;
  const { messages } = body;
  const parts = messages.flatMap(partsOf);
  const calls = messages
    .flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
    .flatMap((call) => (call.type === 'function' ? [{ id: call.id, ...call.function }] : []));
  const nameOf = namesById(calls);
  return {
    system: messages.filter(({ role }) => role === 'system' || role === 'developer').map(textOf),
    said: messages.filter(({ role }) => role === 'user').map(textOf),
    images: parts.flatMap((part) => (part.type === 'image_url' ? [part.image_url.url] : [])),
    documents: parts.flatMap((part) => (part.type === 'file' ? [part.file.file_data ?? 'a file without data'] : [])),
    documentNames: parts.flatMap((part) => (part.type === 'file' ? [part.file.filename ?? ''] : [])),
    tools: (body.tools ?? []).flatMap(toolOf),
    toolChoice: choiceOf(body.tool_choice),
    calls: calls.map((call) => ({ name: call.name, arguments: readArguments(call.arguments) })),
    results: messages.flatMap((message) =>
      message.role === 'tool' ? [{ name: nameOf(message.tool_call_id), text: textOf(message) }] : [],
    ),
    schema: schemaOf(body.response_format),
    reasoning: body.reasoning_effort ?? undefined,
    stop: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []),
  };
}
