import type { OutputFormat, Tool, ToolChoice } from '@claudette/core';

import { compact } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';
import { textToolParameters } from '../text-calls.js';
import { loseCacheHint } from './encode-parts.js';
import { toWireName } from './tool-names.js';
import type {
  WireCustomTool,
  WireFunctionTool,
  WireNamedTool,
  WireTextFormat,
  WireTool,
  WireToolChoice,
} from './wire-request.js';

/** The canonical grammar is Chat's, which has its fields one level deeper. */
const encodeFormat = (format: unknown): unknown => {
  const grammar = asObject(asObject(format)?.['grammar']);
  return grammar === undefined ? format : { type: 'grammar', ...grammar };
};

/** Strict is what this API makes of functions that do not say, so that those of other dialects have to. */
const encodeFunction = (tool: Tool, name: string, parameters: unknown = null): WireFunctionTool => ({
  type: 'function',
  ...compact({ name, description: tool.description }),
  parameters,
  strict: tool.strict ?? false,
});

const encodeTool = (
  tool: Tool,
  path: string,
  textTools: boolean,
  losses: LossList,
): WireFunctionTool | WireCustomTool => {
  const { takesText } = tool;
  const name = tool.nested?.name ?? tool.name;
  loseCacheHint(tool, path, losses);
  if (takesText === undefined) return encodeFunction(tool, name, tool.parameters);
  const format = encodeFormat(takesText.format);
  if (textTools) return { type: 'custom', name, ...compact({ description: tool.description, format }) };
  if (format !== undefined) losses.add(`${path}.takesText.format`, 'the vendor has no grammars for tools');
  return encodeFunction(tool, name, textToolParameters);
};

/** The tools, those of one namespace together where its first one stands. */
export const encodeTools = (tools: readonly Tool[], textTools: boolean, losses: LossList): WireTool[] => {
  const encoded: WireTool[] = [];
  const spaces = new Map<string, (WireFunctionTool | WireCustomTool)[]>();
  for (const [index, tool] of tools.entries()) {
    const wire = encodeTool(tool, `tools[${index}]`, textTools, losses);
    if (tool.nested === undefined) {
      encoded.push(wire);
      continue;
    }
    const name = tool.nested.namespace;
    const space = spaces.get(name);
    if (space !== undefined) {
      space.push(wire);
      continue;
    }
    const nested = [wire];
    spaces.set(name, nested);
    encoded.push({ type: 'namespace', name, description: name, tools: nested });
  }
  return encoded;
};

export const encodeToolChoice = (choice: ToolChoice, tools: readonly Tool[], textTools: boolean): WireToolChoice => {
  const toNamed = (name: string): WireNamedTool => {
    const isText = textTools && tools.some((tool) => tool.name === name && tool.takesText !== undefined);
    return { type: isText ? 'custom' : 'function', ...toWireName(name, tools) };
  };
  switch (choice.kind) {
    case 'tool':
      return toNamed(choice.name);
    case 'allowed':
      return { type: 'allowed_tools', mode: choice.mode, tools: choice.names.map(toNamed) };
    default:
      return choice.kind;
  }
};

export const encodeOutputFormat = (format: OutputFormat): WireTextFormat => {
  if (format.kind === 'json') return { type: 'json_object' };
  const { name = 'response', schema, description, strict } = format;
  return { type: 'json_schema', name, schema, ...compact({ description, strict }) };
};
