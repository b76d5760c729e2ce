import type { Target } from '@claudette/core';

/** Where conversations were answered last. Holds numbers and targets, never a text. */
export interface ConversationHomes {
  /** Undefined: nowhere lately. */
  of(conversation: number, nowMs: number): Target | undefined;
  move(conversation: number, target: Target, nowMs: number): void;
}

/** Afterwards no provider's cache knows it. */
const KEEP_MS = 600_000;

const MAX_CONVERSATIONS = 10_000;

/** Creates a memory without conversations; of too many, those are forgotten whose last turn is longest ago. */
export function createConversationHomes(): ConversationHomes {
  const oldestFirst = new Map<number, { readonly target: Target; readonly atMs: number }>();

  return {
    of(conversation, nowMs) {
      const last = oldestFirst.get(conversation);
      return last === undefined || nowMs - last.atMs > KEEP_MS ? undefined : last.target;
    },
    move(conversation, target, nowMs) {
      oldestFirst.delete(conversation);
      oldestFirst.set(conversation, { target, atMs: nowMs });
      if (oldestFirst.size <= MAX_CONVERSATIONS) return;
      for (const [oldest] of oldestFirst) {
        oldestFirst.delete(oldest);
        break;
      }
    },
  };
}
