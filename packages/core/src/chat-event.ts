import type { Citation, OpaqueState } from './content.js';
import type { Usage } from './usage.js';

/**
 * Why a model stopped. `stop`: it was done (or met a stop sequence); `length`: the token limit; `tool-calls`: it waits
 * for results; `content-filter`: the provider withheld the answer; `refusal`: the model declined; `pause`: it wants to be
 * called again as it is; `context-length`: the model's window was full.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'pause' | 'context-length';

/** One token of an answer and how likely it was, with what else could have stood there. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/**
 * What happens in a reply, in no dialect's words. `block` numbers the parts of the answer from 0 in the order they
 * began; each block has one start, any deltas and one end, and blocks may not overlap unless the provider overlaps them.
 */
export type ChatEvent =
  | { readonly type: 'start'; readonly id: string; readonly model: string; readonly usage?: Usage }
  | { readonly type: 'text-start'; readonly block: number }
  | { readonly type: 'text-delta'; readonly block: number; readonly text: string }
  | { readonly type: 'text-citation'; readonly block: number; readonly citation: Citation }
  | { readonly type: 'text-logprobs'; readonly block: number; readonly tokens: readonly TokenLogprob[] }
  | { readonly type: 'text-end'; readonly block: number; readonly state?: OpaqueState }
  | { readonly type: 'reasoning-start'; readonly block: number }
  | { readonly type: 'reasoning-delta'; readonly block: number; readonly text: string }
  | { readonly type: 'reasoning-end'; readonly block: number; readonly state?: OpaqueState }
  | { readonly type: 'refusal-start'; readonly block: number }
  | { readonly type: 'refusal-delta'; readonly block: number; readonly text: string }
  | { readonly type: 'refusal-end'; readonly block: number }
  | {
      readonly type: 'tool-call-start';
      readonly block: number;
      readonly id: string;
      readonly name: string;
      /** What follows is text, not JSON. */
      readonly takesText?: boolean;
      readonly state?: OpaqueState;
    }
  | { readonly type: 'tool-call-delta'; readonly block: number; readonly arguments: string }
  | { readonly type: 'tool-call-end'; readonly block: number }
  /** Content that only the provider's dialect knows; the next codec lists it as lost. */
  | { readonly type: 'foreign'; readonly path: string; readonly value: unknown }
  /** Totals so far; a later one replaces an earlier one. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly stopSequence?: string }
  /** The provider reported a fault inside the reply. Nothing follows it. */
  | { readonly type: 'error'; readonly message: string; readonly providerType?: string };
