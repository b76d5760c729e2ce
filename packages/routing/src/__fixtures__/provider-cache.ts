import type { SimulatedRequest } from './simulated-world.js';

/** What a provider keeps of the prompts of one account. */
export interface ProviderCache {
  /** Tokens at the beginning of a prompt that it would not have to read again. */
  cachedTokens(request: SimulatedRequest): number;
  add(request: SimulatedRequest): void;
}

/** As Anthropic and OpenAI have it: prompts from 1,024 tokens on, kept for five minutes after they were last used. */
export function createProviderCache(): ProviderCache {
  const kept = new Map<string, { readonly tokens: number; readonly atMs: number }>();
  const find = (key: string, nowMs: number): number => {
    const found = kept.get(key);
    return found === undefined || nowMs - found.atMs > 300_000 ? 0 : found.tokens;
  };

  return {
    cachedTokens({ conversation, agent, atMs }) {
      return Math.max(find(`conversation ${conversation}`, atMs), find(`agent ${agent}`, atMs));
    },
    add({ conversation, agent, atMs, systemTokens, promptTokens }) {
      kept.set(`conversation ${conversation}`, { tokens: promptTokens, atMs });
      kept.set(`agent ${agent}`, { tokens: systemTokens, atMs });
    },
  };
}
