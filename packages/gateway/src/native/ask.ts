import type {
  Call,
  ChatEvent,
  Clock,
  DecisionRecord,
  Exchange,
  FinishReason,
  Loss,
  Money,
  Observe,
  Outcome,
  Reply,
} from '@claudette/core';
import { formatMoney, toGatewayError, totalInputTokens, totalOutputTokens } from '@claudette/core';

import { readEvents } from '../answer/read-events.js';
import { recordRefusal } from '../answer/record-refusal.js';
import { createExchangeId } from '../exchange-id.js';
import { toNativeCall } from './native-call.js';
import type { Asked } from './question.js';

/** An answer to a native call, and where it came from. */
export interface NativeAnswer {
  readonly id: string;
  readonly content: string;
  readonly backend: string;
  readonly model: string;
  /** Null when the provider did not count. */
  readonly tokensInput: number | null;
  readonly tokensOutput: number | null;
  /** A decimal number of `currency`; null when the price is unknown. */
  readonly cost: string | null;
  readonly currency: string;
  readonly latencyMs: number;
  readonly cacheHit: boolean;
  readonly attempts: number;
  readonly finishReason: FinishReason | null;
  readonly losses: readonly Loss[];
}

export interface AskOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly observe: Observe;
  /** Takes what explains a request that never became a call. */
  readonly decide: (decision: DecisionRecord) => void;
  readonly strict: boolean;
  readonly costOf: (reply: Reply, outcome: Outcome) => Money | undefined;
}

/**
 * Asks natively. `onText` hears the answer as it comes.
 * @throws GatewayError
 */
export const createAsk =
  ({ exchange, clock, observe, decide, strict, costOf }: AskOptions) =>
  async (asked: Asked, onText: (text: string) => void = () => undefined): Promise<NativeAnswer> => {
    const startedAt = clock.now();
    const id = createExchangeId();
    let call: Call;
    try {
      call = toNativeCall(asked, { id, observe, strict });
    } catch (thrown) {
      const error = toGatewayError(thrown);
      const { principal, prompt } = asked;
      const native = { dialect: 'native', operation: 'generate' } as const;
      recordRefusal({ id, ...native, requestBytes: prompt.length, principal, error, clock, observe, decide });
      throw error;
    }
    const reply = await exchange(call);
    let content = '';
    await readEvents(reply, (event: ChatEvent) => {
      if (event.type !== 'text-delta' && event.type !== 'refusal-delta') return;
      content += event.text;
      onText(event.text);
    });
    const outcome = await reply.outcome;
    const cost = costOf(reply, outcome);
    return {
      id,
      content,
      backend: reply.target.backend,
      model: reply.target.model,
      tokensInput: outcome.usage ? totalInputTokens(outcome.usage) : null,
      tokensOutput: outcome.usage ? totalOutputTokens(outcome.usage) : null,
      cost: cost ? formatMoney(cost) : null,
      currency: cost?.currency ?? 'USD',
      latencyMs: Math.round(clock.now() - startedAt),
      cacheHit: reply.cache === 'hit',
      attempts: reply.attempts,
      finishReason: outcome.finishReason ?? null,
      losses: reply.losses,
    };
  };
