import type { JsonObject } from '../json/fields.js';

/** What a chunk says about the reply as a whole; the counts matter at its end. */
const aboutReply = new Set(['usageMetadata', 'modelVersion', 'responseId', 'createTime']);

/**
 * The text of a chunk that does nothing but continue the first candidate; undefined for every other chunk. Most chunks of
 * a stream are such, and this costs a third of reading one for all that it could say.
 */
export const readPlainText = (chunk: JsonObject): string | undefined => {
  const { candidates } = chunk;
  if (!Array.isArray(candidates) || candidates.length !== 1) return undefined;
  for (const key in chunk) if (key !== 'candidates' && !aboutReply.has(key)) return undefined;
  const candidate = candidates[0] as JsonObject | null;
  for (const key in candidate) {
    if (key !== 'content' && !(key === 'index' && candidate[key] === 0)) return undefined;
  }
  const parts = (candidate?.['content'] as JsonObject | null | undefined)?.['parts'];
  if (!Array.isArray(parts) || parts.length !== 1) return undefined;
  const part = parts[0] as JsonObject | null;
  for (const key in part) if (key !== 'text') return undefined;
  const text = part?.['text'];
  return typeof text === 'string' && text !== '' ? text : undefined;
};
