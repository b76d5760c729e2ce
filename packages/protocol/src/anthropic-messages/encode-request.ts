import type { ChatRequest, OutputFormat } from '@claudette/core';

import type { EncodedRequest, RequestTarget } from '../codec.js';
import { compact } from '../json/fields.js';
import { asObjects } from '../json/parse-reply.js';
import type { JsonObject } from '../json/fields.js';
import { createLossList } from '../loss-list.js';
import type { LossList } from '../loss-list.js';

import { encodeConversation } from './encode-content.js';
import { encodeEffort, encodeThinking } from './encode-thinking.js';
import { encodeToolChoice, encodeTools } from './encode-tools.js';
import { restoreForeign } from './restore-foreign.js';
import type { WireMessage, WireOutputConfig, WireServiceTier, WireThinkingConfig } from './wire.js';

type Lose = LossList['add'];

const encodeFormat = (format: OutputFormat | undefined, lose: Lose): WireOutputConfig['format'] => {
  if (format === undefined) return undefined;
  if (format.kind === 'json') {
    lose('outputFormat', 'Anthropic enforces JSON only with a schema');
    return undefined;
  }
  if (format.description !== undefined) {
    lose('outputFormat.description', 'an Anthropic schema has no description beside it');
  }
  if (format.strict === false) lose('outputFormat.strict', 'Anthropic always enforces the schema');
  return { type: 'json_schema', schema: format.schema };
};

const encodeOutputConfig = (request: ChatRequest, lose: Lose): WireOutputConfig | undefined => {
  const config = compact({
    effort: encodeEffort(request.reasoning?.effort, lose),
    format: encodeFormat(request.outputFormat, lose),
  });
  return Object.keys(config).length === 0 ? undefined : config;
};

/** What the provider refuses beside thinking: https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking */
const encodeSampling = (request: ChatRequest, isThinking: boolean, lose: Lose): JsonObject => {
  const { temperature, topP, topK } = request;
  const isCut = temperature !== undefined && temperature > 1;
  const isFixed = isThinking && temperature !== undefined && temperature !== 1;
  const isNarrow = isThinking && topP !== undefined && topP < 0.95;
  const isCounted = isThinking && topK !== undefined;
  if (isFixed) lose('temperature', 'Anthropic thinks only at temperature 1');
  else if (isCut) lose('temperature', 'sent as 1, the highest that Anthropic allows');
  if (isNarrow) lose('topP', 'Anthropic thinks only with 0.95 or more');
  if (isCounted) lose('topK', 'Anthropic does not think with it');
  return {
    temperature: isFixed ? undefined : isCut ? 1 : temperature,
    top_p: isNarrow ? undefined : topP,
    top_k: isCounted ? undefined : topK,
  };
};

const serviceTiers: Readonly<Record<string, WireServiceTier>> = {
  auto: 'auto',
  standard_only: 'standard_only',
  default: 'standard_only',
};

const encodeServiceTier = (tier: string | undefined, lose: Lose): WireServiceTier | undefined => {
  if (tier === undefined) return undefined;
  const known = Object.hasOwn(serviceTiers, tier) ? serviceTiers[tier] : undefined;
  if (known === undefined) lose('serviceTier', `Anthropic has no tier ${tier}`);
  return known;
};

/** The provider keeps one label, the user. */
const encodeMetadata = ({ metadata = {}, userId }: ChatRequest, lose: Lose): JsonObject | undefined => {
  const { user_id: labelled, ...others } = metadata;
  for (const key of Object.keys(others)) lose(`metadata.${key}`, 'Anthropic keeps no labels but user_id');
  const user = userId ?? labelled;
  return user === undefined ? undefined : { user_id: user };
};

const loseUnknown = (request: ChatRequest, lose: Lose): void => {
  const { seed, presencePenalty, frequencyPenalty, logprobs, promptCacheKey, verbosity } = request;
  const unknown = { seed, presencePenalty, frequencyPenalty, logprobs, promptCacheKey, verbosity };
  for (const [path, value] of Object.entries(unknown)) {
    if (value !== undefined) lose(path, 'Anthropic has nothing like it');
  }
  if ((request.choices ?? 1) > 1) lose('choices', 'Anthropic gives one answer');
};

interface WirePrompt {
  readonly fields: JsonObject;
  readonly thinking: WireThinkingConfig | undefined;
}

const typesOf = (message: WireMessage | undefined): readonly string[] =>
  asObjects(message?.content).map(({ type }) => String(type));

/** The conversation waits for the model to go on with a turn in which it has called tools, and which holds no thoughts. */
const beganUnthought = (messages: readonly WireMessage[]): boolean => {
  const [called, answered] = messages.slice(-2);
  const [first = ''] = typesOf(called);
  return typesOf(answered).includes('tool_result') && !first.endsWith('thinking');
};

const encodePrompt = (request: ChatRequest, maxTokens: number, lose: Lose): WirePrompt => {
  const { system, messages } = encodeConversation(request.messages, lose);
  const toolChoice = encodeToolChoice(request, lose);
  const isForced = toolChoice?.type === 'any' || toolChoice?.type === 'tool';
  const turn = { isForced, beganUnthought: beganUnthought(messages) };
  const thinking = encodeThinking(request.reasoning, maxTokens, turn, lose);
  const fields = {
    system: system.length > 0 ? system : undefined,
    messages,
    tools: encodeTools(request.tools, lose),
    tool_choice: toolChoice,
    thinking,
    output_config: encodeOutputConfig(request, lose),
  };
  return { fields, thinking };
};

const encoder = new TextEncoder();
const toBytes = (body: JsonObject): Uint8Array => encoder.encode(JSON.stringify(body));

/**
 * A canonical request as a Messages body.
 * @throws GatewayError `invalid_request` for tool arguments that are not a JSON object
 */
export const encodeRequest = (request: ChatRequest, target: RequestTarget): EncodedRequest => {
  const { add: lose, all: losses } = createLossList();
  const maxTokens = request.maxOutputTokens ?? target.defaultMaxOutputTokens;
  const { fields, thinking } = encodePrompt(request, maxTokens, lose);
  loseUnknown(request, lose);

  const body = compact({
    model: target.model,
    max_tokens: maxTokens,
    ...fields,
    stream: request.stream ? true : undefined,
    ...encodeSampling(request, thinking !== undefined && thinking.type !== 'disabled', lose),
    stop_sequences: request.stopSequences,
    metadata: encodeMetadata(request, lose),
    service_tier: encodeServiceTier(request.serviceTier, lose),
  });
  return { body: toBytes(restoreForeign(body, request.foreign, lose)), losses };
};

/**
 * The same for a token count: without a limit and without what only shapes the answer.
 * @throws GatewayError `invalid_request` for tool arguments that are not a JSON object
 */
export const encodeCountRequest = (request: ChatRequest, target: RequestTarget): EncodedRequest => {
  const { add: lose, all: losses } = createLossList();
  // Nothing will be written, so that there is room for any budget to think with.
  const { fields } = encodePrompt(request, Number.MAX_SAFE_INTEGER, lose);
  const body = compact({ model: target.model, ...fields });
  return { body: toBytes(restoreForeign(body, request.foreign, lose)), losses };
};
