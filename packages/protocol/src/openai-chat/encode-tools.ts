import type { OutputFormat, Tool, ToolChoice } from '@claudette/core';

import type { DialectOptions } from '../codec.js';
import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';
import { textToolParameters } from '../text-calls.js';
import { loseCacheHint } from './encode-parts.js';
import type { WireTool } from './wire.js';

/** Whether the vendor has tools that take text; otherwise they are functions. */
export const hasTextTools = (options: DialectOptions): boolean => options.textTools ?? true;

const isGrammar = (format: unknown): boolean => format !== undefined && asObject(format)?.['type'] !== 'text';

const encodeFunction = ({ name, description, parameters, strict }: Tool): WireTool => ({
  type: 'function',
  function: compact({ name, description, parameters, strict }) as Extract<WireTool, { type: 'function' }>['function'],
});

const encodeTool = (tool: Tool, path: string, textTools: boolean, losses: LossList): WireTool => {
  const { name, description, takesText } = tool;
  loseCacheHint(tool, path, losses);
  if (takesText === undefined) return encodeFunction(tool);
  if (textTools) return { type: 'custom', custom: { name, ...compact({ description }), ...takesText } };
  if (isGrammar(takesText.format)) losses.add(`${path}.takesText.format`, 'the vendor has no grammars for tools');
  return encodeFunction({ ...tool, parameters: textToolParameters });
};

export const encodeTools = (tools: readonly Tool[], textTools: boolean, losses: LossList): WireTool[] =>
  tools.map((tool, index) => encodeTool(tool, `tools[${index}]`, textTools, losses));

export const encodeToolChoice = (choice: ToolChoice, tools: readonly WireTool[]): unknown => {
  const encodeName = (name: string): JsonObject =>
    tools.some((tool) => tool.type === 'custom' && tool.custom.name === name)
      ? { type: 'custom', custom: { name } }
      : { type: 'function', function: { name } };

  switch (choice.kind) {
    case 'tool':
      return encodeName(choice.name);
    case 'allowed':
      return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools: choice.names.map(encodeName) } };
    default:
      return choice.kind;
  }
};

export const encodeOutputFormat = (format: OutputFormat, options: DialectOptions, losses: LossList): unknown => {
  if (format.kind === 'json') return { type: 'json_object' };
  if (options.jsonSchema === false) {
    losses.add('outputFormat.schema', 'the vendor takes no schema, so only JSON is asked for');
    return { type: 'json_object' };
  }
  const { name = 'response', description, schema, strict } = format;
  return { type: 'json_schema', json_schema: compact({ name, description, schema, strict }) };
};
