import type { Tool, ToolChoice } from '@claudette/core';

import { compact, optional, readArray, readString } from '../json/fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { toJsonSchema } from './json-schema.js';
import { readFields, readList } from './read-fields.js';

const decodeDeclaration = (value: unknown, path: string, foreign: ForeignFields): Tool => {
  const declaration = readFields(value, path);
  foreign.addOthers(declaration, ['name', 'description', 'parameters', 'parametersJsonSchema'], `${path}.`);
  const { parameters, parametersJsonSchema } = declaration;
  return compact({
    name: readString(declaration['name'], `${path}.name`),
    description: optional(readString)(declaration['description'], `${path}.description`),
    parameters: parametersJsonSchema ?? (parameters === null ? undefined : toJsonSchema(parameters)),
  });
};

const decodeTool = (value: unknown, path: string, foreign: ForeignFields): readonly Tool[] => {
  const tool = readFields(value, path);
  const { functionDeclarations } = tool;
  if (functionDeclarations === undefined || functionDeclarations === null) {
    foreign.add(path, value);
    return [];
  }
  foreign.addOthers(tool, ['functionDeclarations'], `${path}.`);
  const listPath = `${path}.functionDeclarations`;
  return readList(functionDeclarations, listPath).map((declaration, index) =>
    decodeDeclaration(declaration, `${listPath}[${index}]`, foreign),
  );
};

/** The functions; what Google itself runs (search, code execution …) is foreign. */
export const decodeTools = (value: unknown, foreign: ForeignFields): readonly Tool[] =>
  readList(value ?? [], 'tools').flatMap((tool, index) => decodeTool(tool, `tools[${index}]`, foreign));

const path = 'toolConfig.functionCallingConfig';

const readNames = (value: unknown): readonly string[] =>
  (optional(readArray)(value, `${path}.allowedFunctionNames`) ?? []).map((name, index) =>
    readString(name, `${path}.allowedFunctionNames[${index}]`),
  );

const toChoice = (mode: 'auto' | 'required', names: readonly string[]): ToolChoice => {
  const [first] = names;
  if (first === undefined) return { kind: mode };
  return mode === 'required' && names.length === 1 ? { kind: 'tool', name: first } : { kind: 'allowed', mode, names };
};

/** `VALIDATED` is `AUTO` with arguments that follow the schemas, for all functions alike. */
export const decodeToolChoice = (value: unknown, foreign: ForeignFields): ToolChoice | undefined => {
  const config = optional(readFields)(value, 'toolConfig') ?? {};
  foreign.addOthers(config, ['functionCallingConfig'], 'toolConfig.');
  const calling = optional(readFields)(config['functionCallingConfig'], path) ?? {};
  foreign.addOthers(calling, ['mode', 'allowedFunctionNames'], `${path}.`);
  const names = readNames(calling['allowedFunctionNames']);
  const mode = optional(readString)(calling['mode'], `${path}.mode`) ?? '';
  switch (mode.toUpperCase()) {
    case 'NONE':
      return { kind: 'none' };
    case 'ANY':
      return toChoice('required', names);
    case 'AUTO':
      return toChoice('auto', names);
    case 'VALIDATED':
      if (names.length === 0) foreign.add(`${path}.mode`, mode);
      return toChoice('auto', names);
    case '':
    case 'MODE_UNSPECIFIED':
      return undefined;
    default:
      foreign.add(`${path}.mode`, mode);
      return undefined;
  }
};
