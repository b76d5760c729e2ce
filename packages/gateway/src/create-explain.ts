import type { CacheInterceptor } from '@claudette/cache';
import type { Call, Clock, DialectId, Observe, Principal, Target } from '@claudette/core';
import type { DecisionLog, PriceBook } from '@claudette/ledger';
import type { ExplainedCandidate, ExplainedDecision, ExplainedPlan, Planner } from '@claudette/routing';
import { explainDecision, explainPlan } from '@claudette/routing';

import { decodeCall } from './answer/client-request.js';
import type { ClientRequest } from './answer/client-request.js';
import { createExchangeId } from './exchange-id.js';
import { toNativeCall } from './native/native-call.js';
import type { Asked } from './native/question.js';

/** What would be done with a request, in plain words and numbers: JSON as it is. */
export interface PlanAnswer extends Omit<ExplainedPlan, 'candidates'> {
  /** `native` for a question in plain words. */
  readonly dialect: DialectId | 'native';
  /** The model as it was asked for. */
  readonly model: string;
  /** `cache`, `coalesce`, `single`, or e.g. `hedge after 812 ms`. */
  readonly execution: string;
  /** In the order in which they would be tried. */
  readonly candidates: readonly (ExplainedCandidate & {
    /** What of the request would not arrive there. Absent: all of it would. */
    readonly losses: string | undefined;
  })[];
}

/** Says what would happen and what has happened, and why. */
export interface Explain {
  /**
   * What would be done with a request, and why. Sends nothing, leaves no record and changes nothing.
   * @throws GatewayError as the request itself would before anything is sent
   */
  plan(request: ClientRequest): Promise<PlanAnswer>;
  /** As `plan`, for a question in plain words. */
  planQuestion(asked: Asked): Promise<PlanAnswer>;
  /** Why an exchange went as it did; undefined where there is no record of it, or it is somebody else's. */
  findDecision(principal: Principal, id: string): ExplainedDecision | undefined;
  /** The principal's latest exchanges, newest first. */
  recentDecisions(principal: Principal, limit: number): readonly ExplainedDecision[];
}

export interface ExplainOptions {
  readonly planner: Planner;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly strict: boolean;
  /** Of one exchange, in milliseconds. */
  readonly totalMs: number;
  readonly prices: PriceBook;
  readonly decisions: DecisionLog;
  readonly findLoss: (call: Pick<Call, 'original' | 'request' | 'operation'>, target: Target) => string | undefined;
  /** Absent when the cache is switched off. */
  readonly peek?: CacheInterceptor['peek'] | undefined;
}

export function createExplain(options: ExplainOptions): Explain {
  const { planner, clock, observe, strict, totalMs, prices, decisions, findLoss, peek } = options;

  const planCall = async (asked: Call): Promise<PlanAnswer> => {
    // Without prices a plan is still one.
    await prices.load().catch(() => undefined);
    const budgetMs = Math.min(asked.context.timeoutMs ?? totalMs, totalMs);
    const call = { ...asked, context: { ...asked.context, deadlineAtMs: clock.now() + budgetMs } };
    const plan = planner.plan(call);
    const use = await peek?.({ ...call, plan });
    const explained = explainPlan(plan);
    const shared = use === 'hit' ? 'cache' : use === 'coalesced' ? 'coalesce' : undefined;
    return {
      dialect: call.original?.dialect ?? 'native',
      model: call.request.model,
      ...explained,
      execution: shared ?? explained.execution,
      candidates: explained.candidates.map((candidate, index) => ({
        ...candidate,
        losses: lossAt(call, plan.candidates[index]?.target, findLoss),
      })),
    };
  };

  return {
    plan: async (request) => planCall(decodeCall(request, { id: createExchangeId(), observe, strict })),
    planQuestion: async (asked) => planCall(toNativeCall(asked, { id: createExchangeId(), observe, strict })),
    findDecision(principal, id) {
      const found = decisions.find(id, principal.id);
      return found && explainDecision(found);
    },
    recentDecisions: (principal, limit) =>
      decisions.recent({ limit, principalId: principal.id }).map((decision) => explainDecision(decision)),
  };
}

const lossAt = (call: Call, target: Target | undefined, findLoss: ExplainOptions['findLoss']): string | undefined =>
  target && findLoss(call, target);
