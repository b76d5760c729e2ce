import { formatMoney, parseMoney, toGatewayError } from '@claudette/core';
import type { Money } from '@claudette/core';
import type { NativeAnswer } from '@claudette/gateway';

/** What came of asking questions so that the cache holds their answers. */
export interface AskedAgain {
  readonly questions: number;
  /** Answered by a backend, and stored now. */
  readonly stored: number;
  /** Stored already. */
  readonly present: number;
  readonly failed: number;
  /** Not asked: that was likely to cost more than was left, or it could not be known. */
  readonly skipped: number;
  /** A decimal number of `currency`, of all answers whose price is known. */
  readonly cost: string;
  readonly currency: string;
}

export interface AskAgainOptions {
  /** Bodies of `POST /api/optimize`. */
  readonly questions: readonly object[];
  readonly ask: (body: string) => Promise<NativeAnswer>;
  /** Most that all of them may cost. */
  readonly costLimit: Money | undefined;
  /** Told after each question, with what it failed with. */
  readonly onProgress: (report: AskedAgain, failure: string | undefined) => void;
}

const CURRENCY = 'USD';

const toBody = (question: object, leftNano: bigint | undefined): string => {
  const { options, ...rest } = question as { readonly options?: { readonly costLimit?: unknown } };
  const own = typeof options?.costLimit === 'string' ? parseMoney(options.costLimit, CURRENCY)?.nano : undefined;
  const limits = [leftNano, own].filter((limit) => limit !== undefined);
  const least = limits.reduce<bigint | undefined>(
    (low, limit) => (low === undefined || limit < low ? limit : low),
    undefined,
  );
  const costLimit = least === undefined ? {} : { costLimit: formatMoney({ nano: least, currency: CURRENCY }) };
  return JSON.stringify({ ...rest, options: { ...options, ...costLimit, cache: 'on' } });
};

/**
 * Asks one question after the other, so that the cache holds their answers. Under a limit each may cost what is left of
 * it, and nothing more is asked once an answer's price is unknown. Rejects only with `client_aborted`.
 */
export async function askAgain({ questions, ask, costLimit, onProgress }: AskAgainOptions): Promise<AskedAgain> {
  const counts = { stored: 0, present: 0, failed: 0, skipped: 0 };
  let spentNano = 0n;
  let priced = true;
  const report = (): AskedAgain => ({
    questions: questions.length,
    ...counts,
    cost: formatMoney({ nano: spentNano, currency: CURRENCY }),
    currency: CURRENCY,
  });
  const leftNano = (): bigint | undefined => {
    if (costLimit === undefined) return undefined;
    return spentNano < costLimit.nano ? costLimit.nano - spentNano : 0n;
  };
  const askOne = async (question: object): Promise<string | undefined> => {
    if (!priced && costLimit !== undefined) {
      counts.skipped += 1;
      return undefined;
    }
    try {
      const { cacheHit, cost, currency } = await ask(toBody(question, leftNano()));
      counts[cacheHit ? 'present' : 'stored'] += 1;
      const paid = cacheHit ? 0n : cost === null ? undefined : parseMoney(cost, currency)?.nano;
      priced = paid !== undefined;
      spentNano += paid ?? 0n;
      return undefined;
    } catch (thrown) {
      const { code, message } = toGatewayError(thrown);
      if (code === 'client_aborted') throw thrown;
      counts[code === 'cost_limit_exceeded' ? 'skipped' : 'failed'] += 1;
      return message;
    }
  };
  for (const question of questions) {
    const failure = await askOne(question);
    onProgress(report(), failure);
  }
  return report();
}
