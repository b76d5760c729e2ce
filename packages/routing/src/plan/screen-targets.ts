import { formatMoney, GatewayError } from '@claudette/core';
import type { ChatRequest, Estimate, GatewayErrorCode, Money, Plan, Target } from '@claudette/core';

import { needsOf, whyIncapable } from './capabilities.js';
import type { Needs } from './capabilities.js';
import { formatReasons } from '../names/choose-dialect.js';
import type { Spoken } from '../names/choose-dialect.js';
import { isFresh } from './explore.js';
import type { ResolvedTarget } from '../names/resolve-model.js';
import type { PlannedCall, RoutingOptions } from './routing-options.js';
import type { TargetStatistic } from '../learning/target-statistics.js';

/** A target that may serve a call, and what is known of it. */
export interface Admitted {
  readonly entry: ResolvedTarget;
  readonly estimate: Estimate;
  readonly statistic: TargetStatistic | undefined;
}

export interface Screened {
  /** Never empty; in the order given. */
  readonly admitted: readonly Admitted[];
  readonly rejected: Plan['rejected'];
}

/**
 * Leaves out the targets that who asks may not use, cannot do what a call asks, are likely to cost more than its limit, or were never as fast
 * lately as the time that is left.
 * @throws GatewayError `model_not_allowed` when none may be used; when none is left, with the reason of each: `deadline_exceeded` when one was only too slow,
 * otherwise `cost_limit_exceeded` when one was only too dear, otherwise `translation_refused`
 */
export function screenTargets(call: PlannedCall, spoken: Spoken, options: RoutingOptions): Screened {
  const nowMs = options.clock.now();
  const { deadlineAtMs = Infinity } = call.context;
  const leftMs = deadlineAtMs - nowMs;
  const needs = onceNeeded(call.request);

  const admitted: Admitted[] = [];
  const refused: Refused[] = [];
  for (const entry of spoken.targets) {
    const { target } = entry;
    if (options.isAllowed?.(call.context.principal, target) === false) {
      refused.push({ target, ...notAllowed });
      continue;
    }
    const estimate = options.estimate(call, target);
    const statistic = options.statistics.of(target, call.request.stream);
    const objection =
      whyUnable(call, target, estimate, options, needs) ??
      whyTooDear(estimate, call.context.costLimit) ??
      whyTooSlow(statistic, leftMs, nowMs);
    if (objection === undefined) admitted.push({ entry, estimate, statistic });
    else refused.push({ target, ...objection });
  }
  if (admitted.length === 0) throw refuse(call.request.model, spoken.rejected, refused, leftMs);
  return {
    admitted,
    rejected: refused.length === 0 ? spoken.rejected : [...spoken.rejected, ...refused.map(toRejected)],
  };
}

interface Objection {
  /** What the call is refused with when nothing graver was found. */
  readonly code: GatewayErrorCode;
  readonly reason: string;
}

const notAllowed: Objection = { code: 'model_not_allowed', reason: 'the gateway key may not use it' };

interface Refused extends Objection {
  readonly target: Target;
}

const toRejected = ({ target, reason }: Refused): Plan['rejected'][number] => ({ target, reason });

const onceNeeded = (request: ChatRequest): (() => Needs) => {
  let needs: Needs | undefined;
  return () => (needs ??= needsOf(request));
};

const whyUnable = (
  call: PlannedCall,
  target: Target,
  { inputTokens }: Estimate,
  { findLoss, capabilitiesOf }: RoutingOptions,
  needs: () => Needs,
): Objection | undefined => {
  const { request, context } = call;
  const capabilities = capabilitiesOf(target);
  const reason =
    whyUnknowable(request, target) ??
    (context.strict ? findLoss?.(call, target) : undefined) ??
    (capabilities && whyIncapable(capabilities, needs, inputTokens, request.maxOutputTokens ?? 0));
  return reason === undefined ? undefined : { code: 'translation_refused', reason };
};

/** Earlier turns that another dialect's provider holds cannot be known here, let alone carried. */
const whyUnknowable = ({ heldByProvider: held }: ChatRequest, target: Target): string | undefined =>
  held === undefined || held.dialect === target.dialect
    ? undefined
    : `${held.path} refers to earlier turns that only ${held.dialect} backends hold`;

const whyTooDear = ({ costNano }: Estimate, limit: Money | undefined): Objection | undefined => {
  if (limit === undefined || (costNano !== undefined && costNano <= Number(limit.nano))) return undefined;
  const reason =
    costNano === undefined
      ? 'its price is unknown'
      : `it is likely to cost ${formatMoney({ nano: BigInt(costNano), currency: limit.currency })} ${limit.currency}, ` +
        `more than ${formatMoney(limit)}`;
  return { code: 'cost_limit_exceeded', reason };
};

const whyTooSlow = (statistic: TargetStatistic | undefined, leftMs: number, nowMs: number): Objection | undefined => {
  if (leftMs <= 0) return { code: 'deadline_exceeded', reason: 'no time is left' };
  // What is out of date rejects nothing, or a target that was slow once would never get to show that it no longer is.
  if (statistic?.fastestMs === undefined || statistic.fastestMs <= leftMs || !isFresh(statistic, nowMs))
    return undefined;
  return {
    code: 'deadline_exceeded',
    reason: `the fastest of its recent answers took ${Math.round(statistic.fastestMs)} ms`,
  };
};

const gravestFirst: readonly GatewayErrorCode[] = ['deadline_exceeded', 'cost_limit_exceeded'];

const MAX_QUOTED_LENGTH = 200;

const refuse = (model: string, before: Plan['rejected'], refused: readonly Refused[], leftMs: number): GatewayError => {
  // Only what is wrong with targets that may be used is worth knowing.
  if (refused.length > 0 && refused.every(({ code }) => code === 'model_not_allowed')) {
    return new GatewayError('model_not_allowed', `"${model.slice(0, MAX_QUOTED_LENGTH)}"`);
  }
  const reasons = formatReasons([...before, ...refused]);
  const code = gravestFirst.find((one) => refused.some((each) => each.code === one)) ?? 'translation_refused';
  return new GatewayError(
    code,
    code === 'deadline_exceeded' ? `the ${Math.max(0, Math.round(leftMs))} ms that are left; ${reasons}` : reasons,
  );
};
