import type { DialectId } from '@claudette/core';

import type { FakeCall } from './fake-call.js';
import { fieldOf, listOf } from './json-reading.js';
import { invalid } from './refuse.js';
import type { WireError } from './wire.js';

const fields = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/));

/** What the vendors document as the fields of a request for an answer, and what their own clients send besides. */
const known: Readonly<Record<DialectId, ReadonlySet<string>>> = {
  'openai-chat': fields(`
    audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages metadata
    modalities model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options
    prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream
    stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options`),
  'openai-responses': fields(`
    access_programs background client_metadata context_management conversation image include input instructions
    max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls previous_response_id prompt
    prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store stream
    stream_options temperature text tool_choice tools top_logprobs top_p truncation user`),
  'anthropic-messages': fields(`
    cache_control container context_management diagnostics inference_geo max_tokens mcp_servers messages metadata model
    output_config output_format service_tier speed stop_sequences stream system temperature thinking thread tool_choice
    tools top_k top_p user_profile_id workspace_id`),
  gemini: fields(`
    cachedContent contents generationConfig model safetySettings serviceTier store systemInstruction toolConfig tools`),
};

const generationConfig = fields(`
  candidateCount enableEnhancedCivicAnswers frequencyPenalty imageConfig logprobs maxOutputTokens mediaResolution
  presencePenalty responseFormat responseJsonSchema responseLogprobs responseMimeType responseModalities responseSchema
  seed speechConfig stopSequences temperature thinkingConfig topK topP`);

const part = fields(`
  codeExecutionResult executableCode fileData functionCall functionResponse inlineData mediaResolution partMetadata text
  thought thoughtSignature toolCall toolResponse videoMetadata`);

const wordings: Readonly<Record<DialectId, (name: string) => WireError>> = {
  'openai-chat': (name) => invalid(`Unrecognized request argument supplied: ${name}`),
  'openai-responses': (name) => invalid(`Unknown parameter: '${name}'.`, name, 'unknown_parameter'),
  'anthropic-messages': (name) => invalid(`${name}: Extra inputs are not permitted`),
  gemini: (name) => invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`),
};

const unknownOf = (value: unknown, names: ReadonlySet<string>): string | undefined =>
  Object.keys(value ?? {}).find((name) => !names.has(name));

/** Gemini looks as closely at what is inside. */
const unknownInside = (body: unknown): string | undefined =>
  unknownOf(fieldOf(body, 'generationConfig'), generationConfig) ??
  listOf(fieldOf(body, 'contents'))
    .flatMap((content) => listOf(fieldOf(content, 'parts')))
    .map((one) => unknownOf(one, part))
    .find((name) => name !== undefined);

/** Refuses what the vendor does not know, in the vendor's words. */
export function refuseUnknownFields({ dialect, json, operation }: FakeCall): WireError | undefined {
  if (operation !== 'generate') return undefined;
  const unknown = unknownOf(json, known[dialect]) ?? (dialect === 'gemini' ? unknownInside(json) : undefined);
  return unknown === undefined ? undefined : wordings[dialect](unknown);
}
