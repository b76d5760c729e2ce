import type { Answer, FakeUsage } from './answer.js';
import { fieldOf, listOf } from './json-reading.js';
import { EPOCH_SECONDS, serverError } from './openai-platform.js';
import { wireId } from './wire.js';

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed';

/** How a Response ended, and why. */
export interface Ending {
  readonly status: ResponseStatus;
  readonly error: object | null;
  readonly incomplete_details: { readonly reason: string } | null;
}

const ended = (status: ResponseStatus): Ending => ({ status, error: null, incomplete_details: null });
const incomplete = (reason: string): Ending => ({ ...ended('incomplete'), incomplete_details: { reason } });

export const inProgress = ended('in_progress');
export const failed: Ending = {
  ...ended('failed'),
  error: { code: serverError.type, message: serverError.message },
};

/** What the answer's finish is in the words of Responses. */
export function endingOf(answer: Answer): Ending {
  if (answer.finishWord !== undefined) return answer.finishWord === 'failed' ? failed : incomplete(answer.finishWord);
  switch (answer.finish) {
    case null:
      return inProgress;
    case 'length':
    case 'context-length':
      return incomplete('max_output_tokens');
    case 'content-filter':
      return incomplete('content_filter');
    default:
      return ended('completed');
  }
}

const usageOf = (usage: FakeUsage): object => {
  const input = usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens;
  const output = usage.outputTokens + usage.reasoningTokens;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + output,
  };
};

const toolOf = (tool: unknown): unknown =>
  fieldOf(tool, 'type') === 'function'
    ? {
        ...(tool as object),
        description: fieldOf(tool, 'description') ?? null,
        strict: fieldOf(tool, 'strict') ?? true,
      }
    : tool;

const tierOf = (request: unknown): unknown => {
  const tier = fieldOf(request, 'service_tier') ?? 'auto';
  return tier === 'auto' ? 'default' : tier;
};

export const responseIdOf = (answer: Answer): string => wireId('resp_', 48, answer.number);

/** A Response with every field that OpenAI's have, those of the request repeated. */
export function responseObject(answer: Answer, ending: Ending, output: readonly object[]): object {
  const { request } = answer;
  const asked = (name: string, usual: unknown = null): unknown => fieldOf(request, name) ?? usual;
  const createdAt = EPOCH_SECONDS + answer.number;
  const isOver = ending.status !== 'in_progress';
  return {
    id: responseIdOf(answer),
    object: 'response',
    created_at: createdAt,
    status: ending.status,
    background: false,
    billing: { payer: 'developer' },
    completed_at: ending.status === 'completed' ? createdAt + 1 : null,
    error: ending.error,
    frequency_penalty: 0,
    incomplete_details: ending.incomplete_details,
    instructions: asked('instructions'),
    max_output_tokens: asked('max_output_tokens'),
    max_tool_calls: asked('max_tool_calls'),
    model: answer.model,
    output,
    parallel_tool_calls: asked('parallel_tool_calls', true),
    presence_penalty: 0,
    previous_response_id: asked('previous_response_id'),
    prompt_cache_key: asked('prompt_cache_key'),
    prompt_cache_retention: asked('prompt_cache_retention'),
    reasoning: {
      effort: fieldOf(request, 'reasoning', 'effort') ?? null,
      summary: fieldOf(request, 'reasoning', 'summary') ?? null,
    },
    safety_identifier: asked('safety_identifier'),
    service_tier: tierOf(request),
    store: asked('store', true),
    temperature: asked('temperature', 1),
    text: {
      format: fieldOf(request, 'text', 'format') ?? { type: 'text' },
      verbosity: fieldOf(request, 'text', 'verbosity') ?? 'medium',
    },
    tool_choice: asked('tool_choice', 'auto'),
    tools: listOf(fieldOf(request, 'tools')).map(toolOf),
    top_logprobs: asked('top_logprobs', 0),
    top_p: asked('top_p', 1),
    truncation: asked('truncation', 'disabled'),
    usage: isOver && answer.usage !== null ? usageOf(answer.usage) : null,
    user: asked('user'),
    metadata: asked('metadata', {}),
  };
}
