import type { ChatRequest, Message, ReasoningOptions } from '@claudette/core';

import type { EncodedRequest, RequestTarget } from '../codec.js';
import { compact } from '../json/fields.js';
import { createLossList } from '../loss-list.js';
import type { LossList } from '../loss-list.js';
import { effortOfBudget } from '../reasoning-effort.js';
import { encodeInput } from './encode-items.js';
import { encodeOutputFormat, encodeToolChoice, encodeTools } from './encode-tools.js';
import { placeForeignFields } from './place-foreign.js';

/** The provider refuses a lower limit. */
const MIN_OUTPUT_TOKENS = 16;

/** The provider refuses a longer identifier of the user. */
const MAX_USER_ID_CHARACTERS = 64;

const encodeEffort = (reasoning: ReasoningOptions, losses: LossList): string | undefined => {
  const { effort, budgetTokens, adaptive } = reasoning;
  if (budgetTokens !== undefined) {
    const nearest = effort ?? effortOfBudget(budgetTokens);
    losses.add('reasoning.budgetTokens', `Responses knows efforts only; approximated by ${nearest}`);
    return nearest;
  }
  if (adaptive === true && effort === undefined) {
    losses.add('reasoning.adaptive', "Responses leaves it to the model's own default");
  }
  return effort;
};

/** Undefined when nothing is left to say. */
const orNothing = <T extends object>(fields: T): T | undefined =>
  Object.keys(fields).length === 0 ? undefined : fields;

const encodeReasoning = (reasoning: ReasoningOptions | undefined, losses: LossList): object | undefined => {
  if (reasoning === undefined) return undefined;
  const { summary } = reasoning;
  return orNothing(
    compact({ effort: encodeEffort(reasoning, losses), summary: summary === 'none' ? undefined : summary }),
  );
};

const isOwnReasoning = (part: Message['parts'][number]): boolean =>
  part.type === 'reasoning' && part.state?.dialect === 'openai-responses';

/** Models that do not reason refuse to be asked for the state of their reasoning. */
const isReasoning = ({ reasoning, messages }: ChatRequest): boolean =>
  (reasoning !== undefined && reasoning.effort !== 'none') || messages.some(({ parts }) => parts.some(isOwnReasoning));

const encodeInclude = (request: ChatRequest): readonly string[] | undefined => {
  const include = [
    ...(isReasoning(request) ? ['reasoning.encrypted_content'] : []),
    ...(request.logprobs === undefined ? [] : ['message.output_text.logprobs']),
  ];
  return include.length === 0 ? undefined : include;
};

const encodeMaxOutputTokens = (tokens: number | undefined, losses: LossList): number | undefined => {
  if (tokens === undefined || tokens >= MIN_OUTPUT_TOKENS) return tokens;
  losses.add('maxOutputTokens', `sent as ${MIN_OUTPUT_TOKENS}, the least that Responses allows`);
  return MIN_OUTPUT_TOKENS;
};

const encodeUserId = (userId: string | undefined, losses: LossList): string | undefined => {
  if (userId === undefined || userId.length <= MAX_USER_ID_CHARACTERS) return userId;
  losses.add('userId', `Responses takes no more than ${MAX_USER_ID_CHARACTERS} characters`);
  return undefined;
};

const loseUnknown = (request: ChatRequest, losses: LossList): void => {
  const { topK, stopSequences, seed, presencePenalty, frequencyPenalty } = request;
  for (const [path, value] of Object.entries({ topK, stopSequences, seed, presencePenalty, frequencyPenalty })) {
    if (value !== undefined) losses.add(path, 'Responses has no such field');
  }
  if ((request.choices ?? 1) > 1) losses.add('choices', 'Responses gives one answer');
};

const isOwnTool = ({ dialect, path }: ChatRequest['foreign'][number]): boolean =>
  dialect === 'openai-responses' && /^tools\[\d+\]$/.test(path);

/** Without tools these two say nothing. */
const encodeToolUse = (request: ChatRequest, textTools: boolean, losses: LossList): object => {
  const { tools, toolChoice, parallelToolCalls } = request;
  if (tools.length === 0 && !request.foreign.some(isOwnTool)) {
    const isForced = toolChoice !== undefined && toolChoice.kind !== 'auto' && toolChoice.kind !== 'none';
    if (isForced) losses.add('toolChoice', 'no tool is left to choose');
    return {};
  }
  return {
    tools: encodeTools(tools, textTools, losses),
    tool_choice: toolChoice === undefined ? undefined : encodeToolChoice(toolChoice, tools, textTools),
    parallel_tool_calls: parallelToolCalls,
  };
};

/** See `Codec.encodeRequest`. Nothing is left with the provider unless the client asked for that in this dialect. */
export const encodeRequest = (request: ChatRequest, target: RequestTarget): EncodedRequest => {
  const losses = createLossList();
  const { outputFormat, logprobs, serviceTier, verbosity } = request;
  const textTools = target.options.textTools ?? true;
  const format = outputFormat === undefined ? undefined : encodeOutputFormat(outputFormat);
  loseUnknown(request, losses);

  const body: Record<string, unknown> = compact({
    model: target.model,
    ...encodeInput(request.messages, { tools: request.tools, textTools, losses }),
    stream: request.stream ? true : undefined,
    store: false,
    ...encodeToolUse(request, textTools, losses),
    text: orNothing(compact({ format, verbosity })),
    reasoning: encodeReasoning(request.reasoning, losses),
    include: encodeInclude(request),
    max_output_tokens: encodeMaxOutputTokens(request.maxOutputTokens, losses),
    temperature: request.temperature,
    top_p: request.topP,
    top_logprobs: logprobs?.top,
    safety_identifier: encodeUserId(request.userId, losses),
    metadata: request.metadata,
    // Anthropic's word for the tier that is not a better one.
    service_tier: serviceTier === 'standard_only' ? 'default' : serviceTier,
    prompt_cache_key: request.promptCacheKey,
  });
  placeForeignFields(body, request.foreign, losses);
  return { body: Buffer.from(JSON.stringify(body)), losses: losses.all };
};
