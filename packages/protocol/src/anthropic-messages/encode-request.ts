import type { ChatRequest, ForeignField, OutputFormat, Tool } from '@claudette/core';

import type { EncodedRequest, RequestTarget } from '../codec.js';
import { compact } from '../json/fields.js';
import { createLossList } from '../loss-list.js';

import { encodeCacheHint, encodeConversation } from './encode-content.js';
import type { Lose } from './encode-content.js';
import type { WireEffort, WireOutputConfig, WireThinkingConfig, WireTool, WireToolChoice } from './wire.js';

/** The provider thinks with at least this many tokens, or not at all. */
const MIN_BUDGET_TOKENS = 1024;

const encodeTool = ({ name, description, parameters, strict, cacheHint }: Tool): WireTool => ({
  ...compact({ name, description, strict }),
  input_schema: parameters ?? { type: 'object', properties: {} },
  ...encodeCacheHint(cacheHint),
});

const choiceTypes = { auto: 'auto', none: 'none', required: 'any', tool: 'tool' } as const;

const encodeToolChoice = (request: ChatRequest, lose: Lose): WireToolChoice | undefined => {
  const { toolChoice, parallelToolCalls, tools } = request;
  if (tools.length === 0) {
    const isForced = toolChoice?.kind === 'required' || toolChoice?.kind === 'tool';
    if (isForced) lose('tool_choice', 'no tool is left to choose');
    return undefined;
  }
  if (toolChoice === undefined) {
    return parallelToolCalls === false ? { type: 'auto', disable_parallel_tool_use: true } : undefined;
  }
  if (toolChoice.kind === 'none') return { type: 'none' };
  return {
    type: choiceTypes[toolChoice.kind],
    ...(toolChoice.kind === 'tool' && { name: toolChoice.name }),
    ...(parallelToolCalls !== undefined && { disable_parallel_tool_use: !parallelToolCalls }),
  };
};

/** The budget as the provider accepts it; undefined when `maxTokens` leaves no room to think. */
const clampBudget = (budgetTokens: number, maxTokens: number, lose: Lose): number | undefined => {
  const path = 'reasoning.budget_tokens';
  if (maxTokens <= MIN_BUDGET_TOKENS) {
    lose(path, `max_tokens ${maxTokens} leaves no room for the ${MIN_BUDGET_TOKENS} tokens that thinking needs`);
    return undefined;
  }
  const budget = Math.max(MIN_BUDGET_TOKENS, Math.min(budgetTokens, maxTokens - 1));
  if (budget !== budgetTokens) lose(path, `sent as ${budget}, the nearest that Anthropic allows here`);
  return budget;
};

const encodeThinking = (request: ChatRequest, maxTokens: number, lose: Lose): WireThinkingConfig | undefined => {
  const { effort, budgetTokens, adaptive } = request.reasoning ?? {};
  if (effort === 'none') return { type: 'disabled' };
  if (budgetTokens !== undefined) {
    const budget = clampBudget(budgetTokens, maxTokens, lose);
    return budget === undefined ? undefined : { type: 'enabled', budget_tokens: budget };
  }
  return adaptive === true || effort !== undefined ? { type: 'adaptive' } : undefined;
};

const encodeEffort = (request: ChatRequest, lose: Lose): WireEffort | undefined => {
  const effort = request.reasoning?.effort;
  if (effort === 'none') return undefined;
  if (effort !== 'minimal') return effort;
  lose('reasoning_effort', 'sent as low, the least that Anthropic knows');
  return 'low';
};

const encodeFormat = (format: OutputFormat | undefined, lose: Lose): WireOutputConfig['format'] => {
  if (format === undefined) return undefined;
  if (format.kind === 'json') {
    lose('response_format', 'Anthropic enforces JSON only with a schema');
    return undefined;
  }
  const path = 'response_format.json_schema';
  if (format.description !== undefined) lose(`${path}.description`, 'an Anthropic schema has no description beside it');
  if (format.strict === false) lose(`${path}.strict`, 'Anthropic always enforces the schema');
  return { type: 'json_schema', schema: format.schema };
};

const encodeOutputConfig = (request: ChatRequest, lose: Lose): WireOutputConfig | undefined => {
  const config = compact({ effort: encodeEffort(request, lose), format: encodeFormat(request.outputFormat, lose) });
  return Object.keys(config).length === 0 ? undefined : config;
};

const encodeTemperature = (temperature: number | undefined, lose: Lose): number | undefined => {
  if (temperature === undefined || temperature <= 1) return temperature;
  lose('temperature', 'sent as 1, the highest that Anthropic allows');
  return 1;
};

const loseUnknown = (request: ChatRequest, lose: Lose): void => {
  const unknown = {
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
  };
  for (const [path, value] of Object.entries(unknown)) {
    if (value !== undefined) lose(path, 'Anthropic has nothing like it');
  }
  if ((request.choices ?? 1) > 1) lose('n', 'Anthropic gives one answer');
};

/** Our own dialect's top-level fields go back to where they were; deeper ones would have to find their place again. */
const encodeForeign = (fields: readonly ForeignField[], lose: Lose): Record<string, unknown> => {
  const own: [string, unknown][] = [];
  for (const { dialect, path, value } of fields) {
    if (dialect !== 'anthropic-messages') lose(path, `only ${dialect} knows it`);
    else if (/[.[]/.test(path)) lose(path, 'its place in the body is not known any more');
    else own.push([path, value]);
  }
  return Object.fromEntries(own);
};

const encoder = new TextEncoder();

/**
 * A canonical request as a Messages body.
 * @throws GatewayError `invalid_request` for tool arguments that are not a JSON object
 */
export const encodeRequest = (request: ChatRequest, target: RequestTarget): EncodedRequest => {
  const { add: lose, all: losses } = createLossList();
  const maxTokens = request.maxOutputTokens ?? target.defaultMaxOutputTokens;
  const { system, messages } = encodeConversation(request.messages, lose);
  loseUnknown(request, lose);

  const body = compact({
    model: target.model,
    max_tokens: maxTokens,
    system: system.length > 0 ? system : undefined,
    messages,
    stream: request.stream ? true : undefined,
    tools: request.tools.length > 0 ? request.tools.map(encodeTool) : undefined,
    tool_choice: encodeToolChoice(request, lose),
    thinking: encodeThinking(request, maxTokens, lose),
    output_config: encodeOutputConfig(request, lose),
    temperature: encodeTemperature(request.temperature, lose),
    top_p: request.topP,
    top_k: request.topK,
    stop_sequences: request.stopSequences,
    metadata: request.userId === undefined ? undefined : { user_id: request.userId },
    ...encodeForeign(request.foreign, lose),
  });
  return { body: encoder.encode(JSON.stringify(body)), losses };
};
