import type { OutputFormat, Tool, ToolChoice } from '@claudette/core';

import {
  compact,
  optional,
  readArray,
  readBoolean,
  readObject,
  readOneOf,
  readString,
  refuseField,
} from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { ForeignFields } from './foreign-fields.js';
import { joinToolName } from './tool-names.js';

const common = ['type', 'name', 'description'];

/** The canonical grammar is Chat's, which has its fields one level deeper. Text in any form is what goes without saying. */
const readFormat = (tool: JsonObject): { readonly format?: unknown } => {
  const format = asObject(tool['format']);
  if (format === undefined || format['type'] === 'text') return {};
  const { type, ...grammar } = format;
  return { format: type === 'grammar' ? { type, grammar } : format };
};

/** A function, or a tool that takes text; all others are run by the provider and foreign. */
const decodeTool = (
  tool: JsonObject,
  path: string,
  namespace: string | undefined,
  foreign: ForeignFields,
): Tool | undefined => {
  const type = readString(tool['type'], `${path}.type`);
  if (type !== 'function' && type !== 'custom') {
    foreign.add(path, tool);
    return undefined;
  }
  const isText = type === 'custom';
  foreign.addUnknown(tool, isText ? [...common, 'format'] : [...common, 'parameters', 'strict'], path);
  const name = readString(tool['name'], `${path}.name`);
  return compact({
    name: joinToolName(namespace, name),
    nested: namespace === undefined ? undefined : { namespace, name },
    description: optional(readString)(tool['description'], `${path}.description`),
    takesText: isText ? readFormat(tool) : undefined,
    parameters: isText ? undefined : (tool['parameters'] ?? undefined),
    strict: isText ? undefined : optional(readBoolean)(tool['strict'], `${path}.strict`),
  });
};

const decodeNamespace = (space: JsonObject, path: string, foreign: ForeignFields): Tool[] => {
  const tools = readArray(space['tools'], `${path}.tools`).map((tool, index) =>
    readObject(tool, `${path}.tools[${index}]`),
  );
  // Without tools that others can offer, it stays in one piece.
  if (!tools.some(({ type }) => type === 'function' || type === 'custom')) {
    foreign.add(path, space);
    return [];
  }
  foreign.addUnknown(space, ['type', 'name', 'tools'], path);
  const namespace = readString(space['name'], `${path}.name`);
  return tools.flatMap((tool, index) => decodeTool(tool, `${path}.tools[${index}]`, namespace, foreign) ?? []);
};

/** Functions and tools that take text, those inside namespaces too. */
export const decodeTools = (value: unknown, foreign: ForeignFields): Tool[] =>
  (optional(readArray)(value, 'tools') ?? []).flatMap((item, index) => {
    const path = `tools[${index}]`;
    const tool = readObject(item, path);
    if (tool['type'] === 'namespace') return decodeNamespace(tool, path, foreign);
    return decodeTool(tool, path, undefined, foreign) ?? [];
  });

const words: ReadonlyMap<string, ToolChoice> = new Map([
  ['auto', { kind: 'auto' }],
  ['none', { kind: 'none' }],
  ['required', { kind: 'required' }],
]);

const isNamed = ({ type }: JsonObject): boolean => type === 'function' || type === 'custom';

const readName = (choice: JsonObject, path: string): string =>
  joinToolName(
    optional(readString)(choice['namespace'], `${path}.namespace`),
    readString(choice['name'], `${path}.name`),
  );

const readMode = readOneOf(['auto', 'required']);

const decodeAllowed = (choice: JsonObject, foreign: ForeignFields): ToolChoice | undefined => {
  const path = 'tool_choice.tools';
  const tools = readArray(choice['tools'], path).map((tool, index) => readObject(tool, `${path}[${index}]`));
  if (!tools.some(isNamed)) {
    foreign.add('tool_choice', choice);
    return undefined;
  }
  const names = tools.flatMap((tool, index) => {
    if (isNamed(tool)) return [readName(tool, `${path}[${index}]`)];
    foreign.add(`${path}[${index}]`, tool);
    return [];
  });
  return { kind: 'allowed', mode: readMode(choice['mode'], 'tool_choice.mode'), names };
};

/** A word, the tool to call, or those that may be called; tools of the provider are foreign. */
export const decodeToolChoice = (value: unknown, foreign: ForeignFields): ToolChoice | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') {
    return words.get(value) ?? refuseField('tool_choice', 'one of auto, none, required, or an object', value);
  }
  const choice = readObject(value, 'tool_choice');
  if (isNamed(choice)) return { kind: 'tool', name: readName(choice, 'tool_choice') };
  if (choice['type'] === 'allowed_tools') return decodeAllowed(choice, foreign);
  foreign.add('tool_choice', value);
  return undefined;
};

/** `text` is what every model does without being asked, so it says nothing. */
export const decodeOutputFormat = (value: unknown, foreign: ForeignFields): OutputFormat | undefined => {
  const path = 'text.format';
  const format = optional(readObject)(value, path);
  if (format === undefined) return undefined;
  const type = readString(format['type'], `${path}.type`);
  if (type === 'text') return undefined;
  if (type === 'json_object') return { kind: 'json' };
  if (type !== 'json_schema') {
    foreign.add(path, value);
    return undefined;
  }
  foreign.addUnknown(format, ['type', 'schema', 'name', 'description', 'strict'], path);
  return compact({
    kind: 'json-schema' as const,
    schema: format['schema'] ?? {},
    name: optional(readString)(format['name'], `${path}.name`),
    description: optional(readString)(format['description'], `${path}.description`),
    strict: optional(readBoolean)(format['strict'], `${path}.strict`),
  });
};
