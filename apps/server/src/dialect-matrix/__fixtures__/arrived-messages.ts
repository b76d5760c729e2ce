import type { Anthropic } from '@anthropic-ai/sdk';

import type { Arrived } from './arrived.js';
import { namesById } from './names-by-id.js';
import type { Tool, ToolChoice } from './question.js';

type Body = Anthropic.MessageCreateParams;
type Block = Anthropic.ContentBlockParam;
type Content = string | readonly Block[] | undefined;

const blocksOf = (content: Content): readonly Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);

const textOf = (content: Content): string =>
  blocksOf(content)
    .map((block) => (block.type === 'text' ? block.text : ''))
    .join('');

/** What results hold stands inside them. */
const resultContent = (block: Block): Content =>
  block.type === 'tool_result' ? (block.content as readonly Block[] | string | undefined) : undefined;

const imageOf = (block: Block): string[] => {
  if (block.type !== 'image') return [];
  const { source } = block;
  if (source.type === 'url') return [source.url];
  return source.type === 'base64' ? [`data:${source.media_type};base64,${source.data}`] : [];
};

const documentOf = (block: Block): string[] => {
  if (block.type !== 'document') return [];
  const { source } = block;
  if (source.type === 'url') return [source.url];
  if (source.type === 'base64') return [`data:${source.media_type};base64,${source.data}`];
  if (source.type !== 'text') return [];
  return [`data:${source.media_type};base64,${Buffer.from(source.data).toString('base64')}`];
};

const choiceOf = (choice: Body['tool_choice']): ToolChoice | undefined => {
  switch (choice?.type) {
    case 'none':
      return 'none';
    case 'any':
      return 'required';
    case 'tool':
      return { name: choice.name };
    default:
      return undefined;
  }
};

const toolOf = (tool: Anthropic.ToolUnion): Tool[] =>
  'input_schema' in tool
    ? [{ name: tool.name, description: tool.description ?? '', schema: tool.input_schema as Tool['schema'] }]
    : [];

const reasoningOf = ({ thinking, output_config: config }: Body): Arrived['reasoning'] => {
  if (thinking?.type === 'enabled') return thinking.budget_tokens;
  return thinking?.type === 'adaptive' ? (config?.effort ?? 'adaptive') : undefined;
};

/** Reads a request of the Messages API. */
export function readMessages(json: unknown): Arrived {
  const body = json as Body;
  const outer = body.messages.flatMap(({ content }) => blocksOf(content));
  const blocks = outer.flatMap((block) => [block, ...blocksOf(resultContent(block))]);
  const calls = outer.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
  const nameOf = namesById(calls);
  return {
    system: blocksOf(body.system).map((block) => textOf([block])),
    said: body.messages
      .filter(({ role, content }) => role === 'user' && textOf(content) !== '')
      .map(({ content }) => textOf(content)),
    images: blocks.flatMap(imageOf),
    documents: blocks.flatMap(documentOf),
    documentNames: blocks.flatMap((block) => (block.type === 'document' ? [block.title ?? ''] : [])),
    tools: (body.tools ?? []).flatMap(toolOf),
    toolChoice: choiceOf(body.tool_choice),
    calls: calls.map(({ name, input }) => ({ name, arguments: input })),
    results: outer.flatMap((block) =>
      block.type === 'tool_result' ? [{ name: nameOf(block.tool_use_id), text: textOf(resultContent(block)) }] : [],
    ),
    schema: body.output_config?.format?.schema,
    reasoning: reasoningOf(body),
    stop: body.stop_sequences ?? [],
  };
}
