import type { OutputFormat, ReasoningOptions } from '@claudette/core';

import { optional, readInteger, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

import type { ForeignFields } from './foreign-fields.js';

/** Whether thinking is shown. A new word for it is not a caller's fault. */
const decodeDisplay = (thinking: JsonObject, foreign: ForeignFields): Pick<ReasoningOptions, 'summary'> => {
  const display = optional(readString)(thinking['display'], 'thinking.display');
  if (display === 'summarized') return { summary: 'auto' };
  if (display === 'omitted') return { summary: 'none' };
  if (display !== undefined) foreign.add('thinking.display', display);
  return {};
};

const decodeThinking = (body: JsonObject, foreign: ForeignFields): ReasoningOptions => {
  const thinking = optional(readObject)(body['thinking'], 'thinking');
  if (thinking === undefined) return {};
  const others = (...known: string[]): void => foreign.addOthers(thinking, ['type', ...known], 'thinking.');
  switch (readString(thinking['type'], 'thinking.type')) {
    case 'enabled':
      others('budget_tokens', 'display');
      return {
        budgetTokens: readInteger(thinking['budget_tokens'], 'thinking.budget_tokens'),
        ...decodeDisplay(thinking, foreign),
      };
    case 'adaptive':
      others('display');
      return { adaptive: true, ...decodeDisplay(thinking, foreign) };
    case 'disabled':
      others();
      return { effort: 'none' };
    default:
      foreign.add('thinking', thinking);
      return {};
  }
};

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

/** `thinking` together with the effort that stands beside it. */
export const decodeReasoning = (
  body: JsonObject,
  outputConfig: JsonObject,
  foreign: ForeignFields,
): ReasoningOptions | undefined => {
  const thinking = decodeThinking(body, foreign);
  const path = 'output_config.effort';
  const wanted = optional(readString)(outputConfig['effort'], path);
  const effort = efforts.find((one) => one === wanted);
  // Thinking that is switched off has no canonical effort beside it, and a new word for one is not a caller's fault.
  if (wanted !== undefined && (effort === undefined || thinking.effort === 'none')) foreign.add(path, wanted);
  const reasoning: ReasoningOptions = { ...(effort !== undefined && { effort }), ...thinking };
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
};

const decodeFormat = (value: unknown, path: string, foreign: ForeignFields): OutputFormat | undefined => {
  const format = optional(readObject)(value, path);
  if (format === undefined) return undefined;
  if (format['type'] !== 'json_schema') {
    foreign.add(path, format);
    return undefined;
  }
  foreign.addOthers(format, ['type', 'schema'], `${path}.`);
  return { kind: 'json-schema', schema: readObject(format['schema'], `${path}.schema`) };
};

/** The schema of the answer, under its name of today or the older one. */
export const decodeOutputFormat = (
  body: JsonObject,
  outputConfig: JsonObject,
  foreign: ForeignFields,
): OutputFormat | undefined => {
  const format = decodeFormat(outputConfig['format'], 'output_config.format', foreign);
  if (format === undefined) return decodeFormat(body['output_format'], 'output_format', foreign);
  foreign.addOthers({ output_format: body['output_format'] ?? null }, [], '');
  return format;
};
