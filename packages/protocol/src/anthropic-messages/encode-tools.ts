import type { ChatRequest, ForeignField, Tool } from '@claudette/core';

import { compact } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';

import { encodeCacheHint } from './cache-control.js';
import type { WireTool, WireToolChoice } from './wire.js';

type Lose = LossList['add'];

/** What a tool that takes text becomes: a function of one text. */
const textSchema = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };

const encodeTool = (tool: Tool, path: string, lose: Lose): WireTool => {
  const { name, description, parameters, takesText, strict, cacheHint } = tool;
  const format = asObject(takesText?.format);
  if (format !== undefined && format['type'] !== 'text')
    lose(`${path}.takesText.format`, 'Anthropic tools have no grammar');
  return {
    ...compact({ name, description, strict }),
    input_schema: takesText === undefined ? (parameters ?? { type: 'object', properties: {} }) : textSchema,
    ...encodeCacheHint(cacheHint),
  };
};

/** Undefined when there are none. */
export const encodeTools = (tools: readonly Tool[], lose: Lose): readonly WireTool[] | undefined =>
  tools.length === 0 ? undefined : tools.map((tool, index) => encodeTool(tool, `tools[${index}]`, lose));

/** A tool that Anthropic runs itself goes back among the others. */
const isOwnTool = ({ dialect, path }: ForeignField): boolean =>
  dialect === 'anthropic-messages' && path.startsWith('tools[');

const choiceTypes = { auto: 'auto', none: 'none', required: 'any', tool: 'tool' } as const;

/** Undefined where nothing was said, or no tool is left to choose. */
export const encodeToolChoice = (request: ChatRequest, lose: Lose): WireToolChoice | undefined => {
  const { toolChoice, parallelToolCalls, tools, foreign } = request;
  const kind = toolChoice?.kind === 'allowed' ? toolChoice.mode : toolChoice?.kind;
  if (tools.length === 0 && !foreign.some(isOwnTool)) {
    if (kind === 'required' || kind === 'tool') lose('toolChoice', 'no tool is left to choose');
    return undefined;
  }
  if (toolChoice?.kind === 'allowed') {
    lose('toolChoice', `Anthropic cannot limit the choice to some tools: sent as ${choiceTypes[toolChoice.mode]}`);
  }
  if (kind === undefined) {
    return parallelToolCalls === false ? { type: 'auto', disable_parallel_tool_use: true } : undefined;
  }
  if (kind === 'none') return { type: 'none' };
  return {
    type: choiceTypes[kind],
    ...(toolChoice?.kind === 'tool' && { name: toolChoice.name }),
    ...(parallelToolCalls !== undefined && { disable_parallel_tool_use: !parallelToolCalls }),
  };
};
