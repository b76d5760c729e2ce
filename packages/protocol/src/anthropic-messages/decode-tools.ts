import type { Tool, ToolChoice } from '@claudette/core';

import { compact, optional, readArray, readBoolean, readObject, readOneOf, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

import { decodeCacheHint } from './cache-control.js';
import type { ForeignFields } from './foreign-fields.js';

/** Undefined for what the provider itself runs: web search, code execution and the like. */
const decodeTool = (value: unknown, path: string, foreign: ForeignFields): Tool | undefined => {
  const tool = readObject(value, path);
  const type = optional(readString)(tool['type'], `${path}.type`) ?? 'custom';
  if (type !== 'custom') {
    foreign.add(path, value);
    return undefined;
  }
  foreign.addOthers(tool, ['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'], `${path}.`);
  return compact({
    name: readString(tool['name'], `${path}.name`),
    description: optional(readString)(tool['description'], `${path}.description`),
    parameters: optional(readObject)(tool['input_schema'], `${path}.input_schema`),
    strict: optional(readBoolean)(tool['strict'], `${path}.strict`),
    cacheHint: decodeCacheHint(tool, path, foreign),
  });
};

/** The functions among `tools`; the provider's own stay foreign. */
export const decodeTools = (body: JsonObject, foreign: ForeignFields): readonly Tool[] =>
  readArray(body['tools'] ?? [], 'tools').flatMap((tool, index) => decodeTool(tool, `tools[${index}]`, foreign) ?? []);

const readChoice = readOneOf(['auto', 'any', 'tool', 'none']);

/** `tool_choice`, which also says whether calls may be parallel. */
export const decodeToolChoice = (
  body: JsonObject,
  foreign: ForeignFields,
): { toolChoice: ToolChoice | undefined; parallelToolCalls: boolean | undefined } => {
  const choice = optional(readObject)(body['tool_choice'], 'tool_choice');
  if (choice === undefined) return { toolChoice: undefined, parallelToolCalls: undefined };
  foreign.addOthers(choice, ['type', 'name', 'disable_parallel_tool_use'], 'tool_choice.');
  const path = 'tool_choice.disable_parallel_tool_use';
  const isSerial = optional(readBoolean)(choice['disable_parallel_tool_use'], path);
  const type = readChoice(choice['type'], 'tool_choice.type');
  return {
    toolChoice:
      type === 'tool'
        ? { kind: 'tool', name: readString(choice['name'], 'tool_choice.name') }
        : { kind: type === 'any' ? 'required' : type },
    parallelToolCalls: isSerial === undefined ? undefined : !isSerial,
  };
};
