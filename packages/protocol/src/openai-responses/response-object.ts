import type { JsonObject } from '../json/fields.js';
import { asObject, asText, tryParseReply } from '../json/parse-reply.js';
import type { WireRepeated } from './wire-reply.js';

const decoder = new TextDecoder();

const toNumber = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
const toNumberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const toFlag = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise);
const toTextOrNull = (value: unknown): string | null => asText(value) ?? null;

const repeatTool = (tool: unknown): unknown => {
  const fields = asObject(tool);
  // Readers expect each of these, though clients may leave them out.
  return fields?.['type'] === 'function' ? { description: null, parameters: null, strict: null, ...fields } : tool;
};

const repeatText = (wire: unknown): WireRepeated['text'] => {
  const text = asObject(wire) ?? {};
  const verbosity = asText(text['verbosity']);
  return { format: asObject(text['format']) ?? { type: 'text' }, ...(verbosity !== undefined && { verbosity }) };
};

const repeatTier = (wire: unknown): string => {
  const tier = asText(wire);
  // A response says which tier it had; `auto` is none.
  return tier === undefined || tier === 'auto' ? 'default' : tier;
};

const repeat = (request: JsonObject): WireRepeated => {
  const reasoning = asObject(request['reasoning']) ?? {};
  const { tools } = request;
  return {
    background: toFlag(request['background'], false),
    frequency_penalty: toNumber(request['frequency_penalty'], 0),
    instructions: request['instructions'] ?? null,
    max_output_tokens: toNumberOrNull(request['max_output_tokens']),
    max_tool_calls: toNumberOrNull(request['max_tool_calls']),
    metadata: asObject(request['metadata']) ?? {},
    parallel_tool_calls: toFlag(request['parallel_tool_calls'], true),
    presence_penalty: toNumber(request['presence_penalty'], 0),
    previous_response_id: toTextOrNull(request['previous_response_id']),
    prompt_cache_key: toTextOrNull(request['prompt_cache_key']),
    reasoning: { effort: toTextOrNull(reasoning['effort']), summary: toTextOrNull(reasoning['summary']) },
    safety_identifier: toTextOrNull(request['safety_identifier']),
    service_tier: repeatTier(request['service_tier']),
    store: toFlag(request['store'], false),
    temperature: toNumber(request['temperature'], 1),
    text: repeatText(request['text']),
    tool_choice: request['tool_choice'] ?? 'auto',
    tools: Array.isArray(tools) ? tools.map(repeatTool) : [],
    top_logprobs: toNumber(request['top_logprobs'], 0),
    top_p: toNumber(request['top_p'], 1),
    truncation: asText(request['truncation']) ?? 'disabled',
    user: toTextOrNull(request['user']),
  };
};

/**
 * What every Response object repeats of its request: the client's own values, and the API's defaults (or null) where it
 * gave none. `store` is false unless the client said otherwise, because nothing is stored here.
 */
export const repeatRequest = (requestBody: Uint8Array | undefined): WireRepeated =>
  repeat((requestBody && tryParseReply(decoder.decode(requestBody))) ?? {});
