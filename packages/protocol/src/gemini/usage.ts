import { noUsage, totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { Usage } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { WireUsage } from './wire-reply.js';

const counted = ['promptTokenCount', 'toolUsePromptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount'];

const toCount = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

/**
 * The usage of a reply or chunk in disjoint classes; undefined when it counts nothing (Vertex only names the kind of
 * traffic until the end). Google counts cached tokens inside the prompt, and thoughts and what its tools read beside the
 * rest.
 */
export const readUsage = (body: JsonObject): Usage | undefined => {
  const wire = asObject(body['usageMetadata']);
  if (wire === undefined || counted.every((key) => wire[key] === undefined)) return undefined;
  const prompt = toCount(wire['promptTokenCount']);
  const cached = Math.min(prompt, toCount(wire['cachedContentTokenCount']));
  return {
    ...noUsage,
    inputTokens: prompt - cached + toCount(wire['toolUsePromptTokenCount']),
    cachedInputTokens: cached,
    outputTokens: toCount(wire['candidatesTokenCount']),
    reasoningTokens: toCount(wire['thoughtsTokenCount']),
  };
};

/** The reverse: everything that was sent is the prompt. */
export const encodeUsage = (usage: Usage): WireUsage => {
  const prompt = totalInputTokens(usage);
  const { cachedInputTokens, outputTokens, reasoningTokens } = usage;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: outputTokens,
    totalTokenCount: prompt + totalOutputTokens(usage),
    ...(cachedInputTokens > 0 && { cachedContentTokenCount: cachedInputTokens }),
    ...(reasoningTokens > 0 && { thoughtsTokenCount: reasoningTokens }),
  };
};
