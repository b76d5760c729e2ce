import { errorCatalog } from '@claudette/core';
import type { ExchangeRecord, GatewayErrorCode, Loss, Observation, Observe } from '@claudette/core';
import { totalInputTokens, totalOutputTokens } from '@claudette/core';

import type { LogFields, Logger } from './create-logger.js';

/** These follow from an open circuit, which has a line of its own, or from many callers at once. */
const quiet: readonly (GatewayErrorCode | undefined)[] = ['circuit_open', 'target_busy', 'client_aborted'];

/** More of them, or longer ones, are a fault of the client's that one line is not for: clients choose the paths. */
const MAX_LOSSES = 20;
const MAX_LOSS_CHARACTERS = 200;

/**
 * Logs what an operator wants to read: one line per exchange, at `warn` when it failed; failed attempts and changes of
 * circuits at `warn`. Prompts and answers are not in observations and so never in a log.
 */
export const logObserver =
  (logger: Pick<Logger, 'info' | 'warn'>): Observe =>
  (observation) => {
    switch (observation.kind) {
      case 'exchange-end':
        if (observation.record.outcome === 'failed') logger.warn(exchangeFields(observation.record), 'exchange failed');
        else logger.info(exchangeFields(observation.record), `exchange ${observation.record.outcome}`);
        break;
      case 'attempt-end':
        if (observation.outcome === 'failed' && !quiet.includes(observation.errorCode)) {
          logger.warn(attemptFields(observation), 'attempt failed');
        }
        break;
      case 'circuit': {
        const { target, state, reason } = observation;
        logger.warn({ backend: target.backend, model: target.model, reason }, `circuit ${state}`);
        break;
      }
      default:
    }
  };

const attemptFields = (attempt: Extract<Observation, { kind: 'attempt-end' }>): LogFields => ({
  id: attempt.id,
  backend: attempt.target.backend,
  model: attempt.target.model,
  attempt: attempt.number,
  error: attempt.errorCode,
  ms: Math.round(attempt.durationMs),
});

const lossTexts = (losses: readonly Loss[]): readonly string[] => {
  const texts = losses
    .slice(0, MAX_LOSSES)
    .map(({ path, reason }) => `${path}: ${reason}`.slice(0, MAX_LOSS_CHARACTERS));
  return losses.length > MAX_LOSSES ? [...texts, `and ${losses.length - MAX_LOSSES} more`] : texts;
};

/** What is undefined is left out of the line; all lines having the same fields is cheaper than leaving them out here. */
const exchangeFields = (record: ExchangeRecord): LogFields => {
  const { target, errorCode, firstContentMs, usage, cost, losses, tags } = record;
  return {
    id: record.id,
    principal: record.principalId,
    dialect: record.dialect,
    requested: record.requestedModel,
    backend: target?.backend,
    model: target?.model,
    status: errorCode === undefined ? 200 : errorCatalog[errorCode].status,
    error: errorCode,
    cache: record.cache,
    attempts: record.attempts,
    ms: Math.round(record.durationMs),
    firstContentMs: firstContentMs === undefined ? undefined : Math.round(firstContentMs),
    inputTokens: usage && totalInputTokens(usage),
    outputTokens: usage && totalOutputTokens(usage),
    cost: cost && Number(cost.nano) / 1e9,
    currency: cost?.currency,
    losses: losses.length === 0 ? undefined : lossTexts(losses),
    tags: tags.length === 0 ? undefined : tags,
  };
};
