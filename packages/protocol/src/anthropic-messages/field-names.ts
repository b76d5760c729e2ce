/** See `Codec.fieldNames`. */
export const fieldNames: Readonly<Record<string, string>> = {
  toolChoice: 'tool_choice',
  parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
  outputFormat: 'output_config.format',
  reasoning: 'thinking',
  'reasoning.effort': 'output_config.effort',
  'reasoning.budgetTokens': 'thinking.budget_tokens',
  'reasoning.adaptive': 'thinking.type',
  'reasoning.summary': 'thinking.display',
  maxOutputTokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  stopSequences: 'stop_sequences',
  userId: 'metadata.user_id',
  serviceTier: 'service_tier',
};
