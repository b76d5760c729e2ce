import { totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { Estimate, ExchangeRecord, Target, Usage } from '@claudette/core';

import { createMovingAverage } from './moving-average.js';

/** How far estimates were off lately, on average, as a share of what came: 0.25 is a quarter too much or too little. */
export interface TargetAccuracy {
  readonly backend: string;
  readonly model: string;
  /** Exchanges whose estimates were compared with what came. */
  readonly exchanges: number;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Undefined: no price was known. */
  readonly cost: number | undefined;
  /** Undefined: no latency was known before. */
  readonly firstContent: number | undefined;
  readonly duration: number | undefined;
}

/** The errors of the estimates for one target. */
export interface EstimateErrors {
  learn(predicted: Estimate, record: ExchangeRecord, usage: Usage): void;
  read(target: Pick<Target, 'backend' | 'model'>): TargetAccuracy;
}

/** Creates the errors of a target of which nothing was predicted. */
export function createEstimateErrors(smoothing: number): EstimateErrors {
  const inputTokens = createError(smoothing);
  const outputTokens = createError(smoothing);
  const cost = createError(smoothing);
  const firstContent = createError(smoothing);
  const duration = createError(smoothing);
  let exchanges = 0;

  return {
    learn(predicted, record, usage) {
      exchanges += 1;
      inputTokens.compare(predicted.inputTokens, totalInputTokens(usage));
      outputTokens.compare(predicted.outputTokens, totalOutputTokens(usage));
      cost.compare(predicted.costNano, record.cost && Number(record.cost.nano));
      // Waits and failures before the answering attempt are not the target's.
      if (record.attempts !== 1) return;
      firstContent.compare(predicted.firstContentMs, record.firstContentMs);
      duration.compare(predicted.durationMs, record.durationMs);
    },
    read: ({ backend, model }) => ({
      backend,
      model,
      exchanges,
      inputTokens: inputTokens.mean,
      outputTokens: outputTokens.mean,
      cost: cost.mean,
      firstContent: firstContent.mean,
      duration: duration.mean,
    }),
  };
}

interface MeanError {
  /** What is unknown on either side is no error. */
  compare(predicted: number | undefined, actual: number | undefined): void;
  readonly mean: number | undefined;
}

const createError = (smoothing: number): MeanError => {
  const average = createMovingAverage(smoothing, 0, 0);
  return {
    compare(predicted, actual) {
      if (predicted !== undefined && actual !== undefined) average.learn(relativeError(predicted, actual));
    },
    get mean() {
      return average.count === 0 ? undefined : average.value;
    },
  };
};

/** By how much of the actual value a prediction is off; what is smaller than 1 counts as 1. */
export const relativeError = (predicted: number, actual: number): number =>
  Math.abs(predicted - actual) / Math.max(actual, 1);
