import { errorCatalog, targetName, totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { Clock, ExchangeRecord, GatewayErrorCode, Loss, Observation, Observe } from '@claudette/core';

import type { LogFields, Logger } from './create-logger.js';

/** These follow from an open circuit, which has a line of its own, from many callers at once, or from a faster target. */
const quiet: readonly (GatewayErrorCode | undefined)[] = [
  'circuit_open',
  'target_busy',
  'backend_limit_reached',
  'client_aborted',
  'superseded',
];

/** More of them, or longer ones, are a fault of the client's that one line is not for: clients choose the paths. */
const MAX_LOSSES = 20;
const MAX_LOSS_CHARACTERS = 200;

/** An outage spends the budget with every request; one line in so long says as much as all of them. */
const SPENT_LINE_EVERY_MS = 10_000;

/**
 * Logs what an operator wants to read: one line per exchange, at `warn` when it failed; failed attempts, changes of
 * circuits, unhealthy backends, refused configurations, memory that becomes short and a spent retry budget (once in 10 s)
 * at `warn`. Prompts and answers are not in observations and so never in a log.
 *
 * @param clock read when a retry budget is spent. @default the process's own
 */
export function logObserver(
  logger: Pick<Logger, 'debug' | 'info' | 'warn'>,
  clock: Pick<Clock, 'now'> = performance,
): Observe {
  let spent = 0;
  let spentLineAt = -Infinity;

  const warnOfSpentBudget = (id: string): void => {
    spent += 1;
    const now = clock.now();
    if (now - spentLineAt < SPENT_LINE_EVERY_MS) return;
    logger.warn({ id, times: spent }, 'retry budget spent');
    spent = 0;
    spentLineAt = now;
  };

  return (observation) => {
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
      case 'hedge': {
        const { id, from, to, afterMs } = observation;
        logger.debug(
          { id, from: targetName(from), to: targetName(to), ms: Math.round(afterMs) },
          'second target asked',
        );
        break;
      }
      case 'retry-budget-spent':
        warnOfSpentBudget(observation.id);
        break;
      case 'circuit': {
        const { target, state, reason } = observation;
        logger.warn({ backend: target.backend, model: target.model, reason }, `circuit ${state}`);
        break;
      }
      case 'backend-health': {
        const { backend, healthy, reason } = observation;
        if (healthy) logger.info({ backend, reason }, 'backend healthy');
        else logger.warn({ backend, reason }, 'backend unhealthy');
        break;
      }
      case 'config-reload':
        if (observation.result === 'refused') {
          logger.warn({ reason: observation.reason }, 'configuration refused, the one before stays');
        } else {
          const { changed, restartNeeded } = observation;
          logger.info({ changed, restartNeeded }, 'configuration taken over');
        }
        break;
      case 'memory-pressure':
        logMemory(logger, observation);
        break;
      case 'memory-leak-suspected':
        logger.warn(leakFields(observation), 'memory may be leaking');
        break;
      default:
    }
  };
}

const memoryWords = {
  normal: 'memory is normal again',
  elevated: 'memory is getting short',
  high: 'memory is short',
  critical: 'memory is almost used up',
} as const;

const memoryLevels = Object.keys(memoryWords);

const logMemory = (
  logger: Pick<Logger, 'debug' | 'info' | 'warn'>,
  { level, from, reason, ...bytes }: Extract<Observation, { kind: 'memory-pressure' }>,
): void => {
  const fields: LogFields = {
    reason,
    cacheBytesBefore: bytes.cacheBytesBefore,
    cacheBytes: bytes.cacheBytesAfter,
    cacheBudgetBefore: bytes.cacheBudgetBefore,
    cacheBudget: bytes.cacheBudgetAfter,
  };
  if (level === from) logger.debug(fields, 'the cache has more room again');
  else if (memoryLevels.indexOf(level) > memoryLevels.indexOf(from)) logger.warn(fields, memoryWords[level]);
  else logger.info(fields, memoryWords[level]);
};

const leakFields = (leak: Extract<Observation, { kind: 'memory-leak-suspected' }>): LogFields => ({
  bytesPerMinute: leak.bytesPerMinute,
  minutes: Math.round(leak.overMs / 60_000),
  suspects: leak.suspects.map(({ name, count, perMinute }) => `${name}: ${count} (${formatTrend(perMinute)} a minute)`),
});

const formatTrend = (perMinute: number): string => `${perMinute < 0 ? '' : '+'}${perMinute.toFixed(1)}`;

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
  const { target, errorCode, firstContentMs, usage, cost, wasted, losses, tags } = record;
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
    wasted: wasted && Number(wasted.nano) / 1e9,
    currency: (cost ?? wasted)?.currency,
    losses: losses.length === 0 ? undefined : lossTexts(losses),
    tags: tags.length === 0 ? undefined : tags,
  };
};
