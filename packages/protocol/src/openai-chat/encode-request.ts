import type { ChatRequest, OutputFormat, ReasoningOptions, Tool, ToolChoice } from '@claudette/core';

import type { EncodedRequest, RequestTarget } from '../codec.js';
import { compact } from '../json/fields.js';
import { createLossList } from '../loss-list.js';
import type { LossList } from '../loss-list.js';
import { encodeMessages } from './encode-messages.js';
import { loseCacheHint } from './encode-parts.js';
import type { WireTool } from './wire.js';

const encodeTool = (tool: Tool, index: number, losses: LossList): WireTool => {
  loseCacheHint(tool, `tools[${index}]`, losses);
  const { name, description, parameters, strict } = tool;
  return { type: 'function', function: compact({ name, description, parameters, strict }) as WireTool['function'] };
};

const encodeToolChoice = (choice: ToolChoice): unknown =>
  choice.kind === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.kind;

const encodeOutputFormat = (format: OutputFormat): unknown => {
  if (format.kind === 'json') return { type: 'json_object' };
  const { name = 'response', description, schema, strict } = format;
  return { type: 'json_schema', json_schema: compact({ name, description, schema, strict }) };
};

/** The most tokens that an effort stands for where only a budget is known. Beyond the last it is `high`. */
const effortOfBudget = [
  { maxTokens: 2048, effort: 'low' },
  { maxTokens: 8192, effort: 'medium' },
] as const;

const encodeEffort = (reasoning: ReasoningOptions, losses: LossList): string | undefined => {
  const { effort, budgetTokens, adaptive } = reasoning;
  if (budgetTokens !== undefined) {
    const nearest = effortOfBudget.find(({ maxTokens }) => budgetTokens <= maxTokens)?.effort ?? 'high';
    losses.add('reasoning.budgetTokens', `Chat knows efforts only; approximated by ${effort ?? nearest}`);
    return effort ?? nearest;
  }
  if (adaptive === true && effort === undefined) {
    losses.add('reasoning.adaptive', "Chat leaves it to the model's own default");
  }
  return effort;
};

/** Foreign fields of this dialect that stand at the top of the body; those deeper inside have lost their place. */
const encodeForeignFields = (
  request: ChatRequest,
  losses: LossList,
): { fields: [string, unknown][]; tools: unknown[] } => {
  const fields: [string, unknown][] = [];
  const tools: unknown[] = [];
  for (const { dialect, path, value } of request.foreign) {
    if (dialect !== 'openai-chat') losses.add(path, `only ${dialect} knows it`);
    else if (/^tools\[\d+\]$/.test(path)) tools.push(value);
    else if (/[.[]/.test(path)) losses.add(path, 'it is only carried in the original body');
    else fields.push([path, value]);
  }
  return { fields, tools };
};

const encodeStream = (request: ChatRequest, target: RequestTarget): object => {
  if (!request.stream) return {};
  const canAskForUsage = target.options.streamUsageOption ?? true;
  return canAskForUsage ? { stream: true, stream_options: { include_usage: true } } : { stream: true };
};

/** See `Codec.encodeRequest`. */
export const encodeRequest = (request: ChatRequest, target: RequestTarget): EncodedRequest => {
  const losses = createLossList();
  const { toolChoice, outputFormat, reasoning, parallelToolCalls } = request;
  const foreign = encodeForeignFields(request, losses);
  const tools = [...request.tools.map((tool, index) => encodeTool(tool, index, losses)), ...foreign.tools];
  const hasTools = tools.length > 0;
  if (request.topK !== undefined) losses.add('topK', 'Chat has no such field');

  const body = compact({
    model: target.model,
    messages: encodeMessages(request.messages, target.options.developerRole ?? true, losses),
    ...encodeStream(request, target),
    tools: hasTools ? tools : undefined,
    // Without tools these two say nothing, and providers refuse them.
    tool_choice: hasTools && toolChoice !== undefined ? encodeToolChoice(toolChoice) : undefined,
    parallel_tool_calls: hasTools ? parallelToolCalls : undefined,
    response_format: outputFormat === undefined ? undefined : encodeOutputFormat(outputFormat),
    reasoning_effort: reasoning === undefined ? undefined : encodeEffort(reasoning, losses),
    [target.options.maxTokensField ?? 'max_completion_tokens']: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stopSequences,
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    n: request.choices,
    user: request.userId,
    ...Object.fromEntries(foreign.fields),
  });
  return { body: Buffer.from(JSON.stringify(body)), losses: losses.all };
};
