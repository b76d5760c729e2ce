import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const measured = (input, cached, written, output) => ({
  inputTokens: input,
  cachedInputTokens: cached,
  cacheWriteTokens: written,
  cacheWrite1hTokens: 0,
  outputTokens: output,
  reasoningTokens: 0,
  source: 'measured',
});

/** The usage of a whole recorded body in its vendor's words; undefined when it has none. */
const usageOf = ({ usage, usageMetadata }) => {
  if (usageMetadata?.promptTokenCount !== undefined) {
    const { promptTokenCount, cachedContentTokenCount: cached = 0 } = usageMetadata;
    const output = (usageMetadata.candidatesTokenCount ?? 0) + (usageMetadata.thoughtsTokenCount ?? 0);
    return measured(promptTokenCount - cached, cached, 0, output);
  }
  if (usage?.prompt_tokens !== undefined && usage.completion_tokens !== undefined) {
    const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
    return measured(usage.prompt_tokens - cached, cached, 0, usage.completion_tokens);
  }
  if (usage?.input_tokens === undefined || usage.output_tokens === undefined) return undefined;
  if (usage.input_tokens_details !== undefined) {
    const cached = usage.input_tokens_details.cached_tokens ?? 0;
    return measured(usage.input_tokens - cached, cached, 0, usage.output_tokens);
  }
  const { cache_read_input_tokens: cached, cache_creation_input_tokens: written } = usage;
  return measured(usage.input_tokens, cached ?? 0, written ?? 0, usage.output_tokens);
};

/** The answer calls a tool, so that the request had tools. */
const toolCall = /"(tool_use|server_tool_use|tool_calls|functionCall|function_call)"/;

/** What every whole recorded answer used that says so. */
export const readRecordedUsage = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.json'))
    .sort()
    .flatMap((path) => {
      const [vendor] = path.split('/');
      const text = readFileSync(join(folder, path), 'utf8');
      const usage = usageOf(JSON.parse(text));
      if (usage === undefined || usage.inputTokens + usage.cachedInputTokens === 0) return [];
      return [{ vendor, hasTools: toolCall.test(text), usage }];
    });
