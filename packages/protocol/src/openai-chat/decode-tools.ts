import type { OutputFormat, Tool, ToolChoice } from '@claudette/core';

import { compact, optional, readArray, readBoolean, readObject, readString, refuseField } from '../json/fields.js';
import { decodeCacheHint } from './decode-parts.js';
import type { ForeignFields } from './foreign-fields.js';

const decodeTool = (value: unknown, path: string, foreign: ForeignFields): Tool | undefined => {
  const tool = readObject(value, path);
  if (readString(tool['type'], `${path}.type`) !== 'function') {
    foreign.add(path, value);
    return undefined;
  }
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

/** The functions; tools of other types are foreign. */
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

/** A word, or the function to call; other forms (`allowed_tools`, `custom`) are foreign. */
export const decodeToolChoice = (value: unknown, foreign: ForeignFields): ToolChoice | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') {
    return choices.get(value) ?? refuseField('tool_choice', 'one of auto, none, required, or an object', value);
  }
  const choice = readObject(value, 'tool_choice');
  if (choice['type'] === 'function') {
    const called = readObject(choice['function'], 'tool_choice.function');
    return { kind: 'tool', name: readString(called['name'], 'tool_choice.function.name') };
  }
  foreign.add('tool_choice', value);
  return undefined;
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
