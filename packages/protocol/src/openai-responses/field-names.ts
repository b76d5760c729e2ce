/** See `Codec.fieldNames`. */
export const fieldNames: Readonly<Record<string, string>> = {
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  outputFormat: 'text.format',
  maxOutputTokens: 'max_output_tokens',
  topP: 'top_p',
  userId: 'safety_identifier',
  logprobs: 'top_logprobs',
  serviceTier: 'service_tier',
  promptCacheKey: 'prompt_cache_key',
  verbosity: 'text.verbosity',
};
