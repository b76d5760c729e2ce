import type { JsonObject } from '../json/fields.js';

/** What a chunk says about the reply as a whole, which nobody needs in every chunk. */
const aboutReply = new Set(['id', 'object', 'created', 'model', 'system_fingerprint', 'service_tier', 'obfuscation']);

const isFirst = (key: string, value: unknown): boolean => key === 'index' && value === 0;

/**
 * The text of a chunk that does nothing but continue the first choice; undefined for every other chunk. Most chunks of a
 * stream are such, and this costs a third of reading one for all that it could say.
 */
export const readPlainText = (chunk: JsonObject): string | undefined => {
  const { choices } = chunk;
  if (!Array.isArray(choices) || choices.length !== 1) return undefined;
  for (const key in chunk) {
    if (key !== 'choices' && chunk[key] !== null && !aboutReply.has(key)) return undefined;
  }
  const choice = choices[0] as JsonObject | null;
  for (const key in choice) {
    const value = choice[key];
    if (key !== 'delta' && value !== null && !isFirst(key, value)) return undefined;
  }
  const delta = choice?.['delta'] as JsonObject | null | undefined;
  for (const key in delta) {
    if (key !== 'content' && key !== 'role' && delta[key] !== null) return undefined;
  }
  const content = delta?.['content'];
  return typeof content === 'string' && content !== '' ? content : undefined;
};
