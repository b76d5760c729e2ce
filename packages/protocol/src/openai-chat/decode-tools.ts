import type { OutputFormat, Tool, ToolChoice } from '@claudette/core';

import { compact, optional, readArray, readBoolean, readObject, readString, refuseField } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import { decodeCacheHint } from './decode-parts.js';
import type { ForeignFields } from './foreign-fields.js';

const decodeFunction = (tool: JsonObject, path: string, foreign: ForeignFields): Tool => {
  const described = readObject(tool['function'], `${path}.function`);
  foreign.addUnknown(tool, ['type', 'function', 'cache_control'], path);
  foreign.addUnknown(described, ['name', 'description', 'parameters', 'strict'], `${path}.function`);
  return compact({
    name: readString(described['name'], `${path}.function.name`),
    description: optional(readString)(described['description'], `${path}.function.description`),
    parameters: described['parameters'] ?? undefined,
    strict: optional(readBoolean)(described['strict'], `${path}.function.strict`),
    cacheHint: decodeCacheHint(tool, path, foreign),
  });
};

const decodeTextTool = (tool: JsonObject, path: string, foreign: ForeignFields): Tool => {
  const described = readObject(tool['custom'], `${path}.custom`);
  foreign.addUnknown(tool, ['type', 'custom', 'cache_control'], path);
  foreign.addUnknown(described, ['name', 'description', 'format'], `${path}.custom`);
  return compact({
    name: readString(described['name'], `${path}.custom.name`),
    description: optional(readString)(described['description'], `${path}.custom.description`),
    takesText: compact({ format: described['format'] ?? undefined }),
    cacheHint: decodeCacheHint(tool, path, foreign),
  });
};

const decodeTool = (value: unknown, path: string, foreign: ForeignFields): Tool | undefined => {
  const tool = readObject(value, path);
  switch (readString(tool['type'], `${path}.type`)) {
    case 'function':
      return decodeFunction(tool, path, foreign);
    case 'custom':
      return decodeTextTool(tool, path, foreign);
    default:
      foreign.add(path, value);
      return undefined;
  }
};

/** The functions and the tools that take text; tools of other types are foreign. */
export const decodeTools = (value: unknown, foreign: ForeignFields): Tool[] =>
  (optional(readArray)(value, 'tools') ?? []).flatMap(
    (tool, index) => decodeTool(tool, `tools[${index}]`, foreign) ?? [],
  );

const choices: ReadonlyMap<string, ToolChoice> = new Map([
  ['auto', { kind: 'auto' }],
  ['none', { kind: 'none' }],
  ['required', { kind: 'required' }],
  // Mistral's word for it.
  ['any', { kind: 'required' }],
]);

/** The name in `{ type: 'function', function: { name } }`, or in its like for a tool that takes text. */
const findToolName = (value: unknown): string | undefined => {
  const tool = asObject(value);
  const type = tool?.['type'];
  if (tool === undefined || (type !== 'function' && type !== 'custom')) return undefined;
  return asText(asObject(tool[type])?.['name']);
};

const decodeAllowed = (value: unknown): ToolChoice | undefined => {
  const allowed = asObject(value);
  const mode = (['auto', 'required'] as const).find((one) => one === allowed?.['mode']);
  const listed = allowed?.['tools'];
  if (mode === undefined || !Array.isArray(listed)) return undefined;
  const names = listed.flatMap((tool) => findToolName(tool) ?? []);
  return names.length === listed.length ? { kind: 'allowed', mode, names } : undefined;
};

const decodeChoiceObject = (choice: JsonObject): ToolChoice | undefined => {
  const { type } = choice;
  if (type === 'allowed_tools') return decodeAllowed(choice['allowed_tools']);
  if (type !== 'function' && type !== 'custom') return undefined;
  const called = readObject(choice[type], `tool_choice.${type}`);
  return { kind: 'tool', name: readString(called['name'], `tool_choice.${type}.name`) };
};

/** A word, the tool to call, or the tools that may be called; what cannot be read as one of them is foreign. */
export const decodeToolChoice = (value: unknown, foreign: ForeignFields): ToolChoice | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') {
    return choices.get(value) ?? refuseField('tool_choice', 'one of auto, none, required, or an object', value);
  }
  const choice = decodeChoiceObject(readObject(value, 'tool_choice'));
  if (choice === undefined) foreign.add('tool_choice', value);
  return choice;
};

/** `text` is what every model does without being asked, so it says nothing. */
export const decodeOutputFormat = (value: unknown, foreign: ForeignFields): OutputFormat | undefined => {
  const format = optional(readObject)(value, 'response_format');
  if (format === undefined) return undefined;
  const type = readString(format['type'], 'response_format.type');
  if (type === 'text') return undefined;
  if (type === 'json_object') return { kind: 'json' };
  if (type !== 'json_schema') {
    foreign.add('response_format', value);
    return undefined;
  }
  const path = 'response_format.json_schema';
  const named = readObject(format['json_schema'], path);
  return compact({
    kind: 'json-schema' as const,
    schema: named['schema'] ?? {},
    name: optional(readString)(named['name'], `${path}.name`),
    description: optional(readString)(named['description'], `${path}.description`),
    strict: optional(readBoolean)(named['strict'], `${path}.strict`),
  });
};
