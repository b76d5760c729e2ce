import type { ChatRequest, ReasoningOptions } from '@claudette/core';

import type { EncodedRequest, RequestTarget } from '../codec.js';
import { compact } from '../json/fields.js';
import { createLossList } from '../loss-list.js';
import type { LossList } from '../loss-list.js';
import { effortOfBudget } from '../reasoning-effort.js';
import { encodeMessages } from './encode-messages.js';
import { encodeOutputFormat, encodeToolChoice, encodeTools, hasTextTools } from './encode-tools.js';
import { encodeForeignFields } from './foreign-fields.js';
import { shortenCallIds } from './short-call-ids.js';

const encodeEffort = (reasoning: ReasoningOptions, losses: LossList): string | undefined => {
  const { effort, budgetTokens, adaptive, summary = 'none' } = reasoning;
  if (summary !== 'none') losses.add('reasoning.summary', 'Chat cannot be asked to show reasoning');
  if (budgetTokens !== undefined) {
    const nearest = effort ?? effortOfBudget(budgetTokens);
    losses.add('reasoning.budgetTokens', `Chat knows efforts only; approximated by ${nearest}`);
    return nearest;
  }
  if (adaptive === true && effort === undefined) {
    losses.add('reasoning.adaptive', "Chat leaves it to the model's own default");
  }
  return effort;
};

const encodeStream = (request: ChatRequest, target: RequestTarget): object => {
  if (!request.stream) return {};
  const canAskForUsage = target.options.streamUsageOption ?? true;
  return canAskForUsage ? { stream: true, stream_options: { include_usage: true } } : { stream: true };
};

/** Anthropic's word for the tier that is not a better one; all others are OpenAI's and its vendors'. */
const encodeServiceTier = (tier: string | undefined): string | undefined =>
  tier === 'standard_only' ? 'default' : tier;

/** See `Codec.encodeRequest`. */
export const encodeRequest = (request: ChatRequest, target: RequestTarget): EncodedRequest => {
  const losses = createLossList();
  const { toolChoice, outputFormat, reasoning, parallelToolCalls, logprobs } = request;
  const { options } = target;
  const foreign = encodeForeignFields(request.foreign, losses);
  const known = encodeTools(request.tools, hasTextTools(options), losses);
  const tools = [...known, ...foreign.tools];
  const hasTools = tools.length > 0;
  if (request.topK !== undefined) losses.add('topK', 'Chat has no such field');

  const body = compact({
    model: target.model,
    messages: encodeMessages(
      options.shortCallIds === true ? shortenCallIds(request.messages) : request.messages,
      options,
      losses,
    ),
    ...encodeStream(request, target),
    tools: hasTools ? tools : undefined,
    // Without tools these two say nothing, and providers refuse them.
    tool_choice: hasTools && toolChoice !== undefined ? encodeToolChoice(toolChoice, known) : undefined,
    parallel_tool_calls: hasTools ? parallelToolCalls : undefined,
    response_format: outputFormat === undefined ? undefined : encodeOutputFormat(outputFormat, options, losses),
    reasoning_effort: reasoning === undefined ? undefined : encodeEffort(reasoning, losses),
    verbosity: request.verbosity,
    [options.maxTokensField ?? 'max_completion_tokens']: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stopSequences,
    [options.seedField ?? 'seed']: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === undefined || logprobs.top === 0 ? undefined : logprobs.top,
    n: request.choices,
    user: request.userId,
    metadata: request.metadata,
    service_tier: encodeServiceTier(request.serviceTier),
    prompt_cache_key: request.promptCacheKey,
    ...foreign.fields,
  });
  return { body: Buffer.from(JSON.stringify(body)), losses: losses.all };
};
