import type { ChatRequest, Tool, ToolChoice } from '@claudette/core';

import { compact } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';
import { textToolParameters } from '../text-calls.js';
import type { WireDeclaration, WireToolConfig } from './wire-request.js';

/** `text` is what a tool that takes text has anyway. */
const isGrammar = (format: unknown): boolean => format !== undefined && asObject(format)?.['type'] !== 'text';

const encodeTool = (tool: Tool, path: string, losses: LossList): WireDeclaration => {
  const { name, description, parameters, takesText, cacheHint } = tool;
  if (cacheHint !== undefined) losses.add(`${path}.cacheHint`, 'Gemini caches prompts by itself, without hints');
  if (isGrammar(takesText?.format)) losses.add(`${path}.takesText.format`, 'Gemini has no grammars for tools');
  const parametersJsonSchema = takesText === undefined ? parameters : textToolParameters;
  return compact({ name, description, parametersJsonSchema });
};

/** The functions, all in one list. The subset of OpenAPI that `parameters` takes is not used: JSON Schema goes as it is. */
export const encodeTools = (tools: readonly Tool[], losses: LossList): readonly unknown[] =>
  tools.length === 0
    ? []
    : [{ functionDeclarations: tools.map((tool, index) => encodeTool(tool, `tools[${index}]`, losses)) }];

type Calling = WireToolConfig['functionCallingConfig'];

const encodeChoice = (choice: ToolChoice | undefined, isStrict: boolean): Calling | undefined => {
  switch (choice?.kind) {
    case undefined:
      return isStrict ? { mode: 'VALIDATED' } : undefined;
    case 'auto':
      return { mode: isStrict ? 'VALIDATED' : 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed':
      return { mode: choice.mode === 'auto' ? 'VALIDATED' : 'ANY', allowedFunctionNames: choice.names };
  }
};

/**
 * Which functions the model may call. Gemini enforces schemas for all functions or for none: one strict tool makes all of
 * them so. Names may only be given where it enforces.
 */
export const encodeToolConfig = (request: ChatRequest, losses: LossList): WireToolConfig | undefined => {
  const { tools, toolChoice, parallelToolCalls } = request;
  if (tools.length === 0) {
    const isForced = toolChoice !== undefined && toolChoice.kind !== 'auto' && toolChoice.kind !== 'none';
    if (isForced) losses.add('toolChoice', 'no tool is left to choose');
    return undefined;
  }
  if (parallelToolCalls === false) losses.add('parallelToolCalls', 'Gemini decides by itself how many calls it makes');
  const calling = encodeChoice(
    toolChoice,
    tools.some(({ strict }) => strict === true),
  );
  return calling === undefined ? undefined : { functionCallingConfig: calling };
};
