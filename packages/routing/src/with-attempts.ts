import { GatewayError, targetName, toGatewayError } from '@claudette/core';
import type {
  Call,
  CallContext,
  CallSignal,
  Clock,
  Exchange,
  Interceptor,
  Outcome,
  Reply,
  Target,
} from '@claudette/core';

import { decide, isFinal, isUpstreamCall } from './attempt-policy.js';
import type { AttemptPolicy, FailedAttempt } from './attempt-policy.js';

export interface AttemptsOptions {
  readonly policy: AttemptPolicy;
  readonly clock: Clock;
}

/**
 * The one owner of retry and failover. Sends the call to the targets of its plan until one of them commits a reply;
 * nothing of a failed attempt is seen by anybody. The reply's `attempts` counts the upstream calls that were made.
 *
 * Rejects with the signal's reason when the call is aborted; with the last error when it ends the matter (a caller's
 * fault), was the only one, or all failed alike; with `translation_refused` when no target could be sent the request, and
 * otherwise with `no_backend_available`: both list what each target said.
 */
export const withAttempts =
  ({ policy, clock }: AttemptsOptions): Interceptor =>
  (next) =>
  async (call) => {
    const { plan, context } = call;
    if (plan === undefined) throw new GatewayError('internal', 'a call without a plan cannot be attempted');
    const history: FailedAttempt[] = [];
    for (;;) {
      context.signal.throwIfAborted();
      const step = decide(history, plan, policy, clock.now());
      if (step.kind === 'stop') throw toFinalError(history);
      const { target, waitMs } = step;
      if (waitMs > 0) await wait(clock, waitMs, context.signal);
      announce(context, history, target, waitMs);
      try {
        const reply = await attempt(next, call, target, history.length + 1, clock);
        return { ...reply, attempts: 1 + countUpstreamCalls(history) };
      } catch (thrown) {
        history.push({ target, error: toGatewayError(thrown), failedAtMs: clock.now(), waitedMs: waitMs });
      }
    }
  };

/** Tells what follows a failure: the same target again, or another one. */
const announce = (
  { id, observe }: CallContext,
  history: readonly FailedAttempt[],
  target: Target,
  delayMs: number,
): void => {
  const before = history.at(-1);
  if (before === undefined) return;
  const isRetry = history.some((failed) => targetName(failed.target) === targetName(target));
  if (isRetry) observe({ kind: 'retry', id, target, delayMs });
  else observe({ kind: 'failover', id, from: before.target, to: target });
};

const attempt = async (next: Exchange, call: Call, target: Target, number: number, clock: Clock): Promise<Reply> => {
  const { id, observe, signal } = call.context;
  const startedAt = clock.now();
  const end = ({ kind, cause }: Pick<Outcome, 'kind' | 'cause'>, firstContentMs?: number): void =>
    observe({
      kind: 'attempt-end',
      id,
      target,
      number,
      outcome: kind,
      durationMs: clock.now() - startedAt,
      errorCode: cause?.code,
      firstContentMs,
    });

  observe({ kind: 'attempt-start', id, target, number });
  try {
    const reply = await next({ ...call, target });
    const firstContentMs = clock.now() - startedAt;
    void reply.outcome.then((outcome) => end(outcome, firstContentMs));
    return reply;
  } catch (thrown) {
    const cause = toGatewayError(signal.aborted ? signal.reason : thrown);
    end({ kind: cause.code === 'client_aborted' ? 'abandoned' : 'failed', cause });
    throw cause;
  }
};

/** Resolves after the delay; rejects with the signal's reason as soon as it aborts. */
const wait = (clock: Clock, delayMs: number, signal: CallSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(toGatewayError(signal.reason));
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });

const countUpstreamCalls = (history: readonly FailedAttempt[]): number =>
  history.filter(({ error }) => isUpstreamCall(error)).length;

/** Called with at least one failure: a plan is never empty. */
const toFinalError = (history: readonly FailedAttempt[]): GatewayError => {
  const last = history.at(-1)?.error ?? new GatewayError('no_backend_available', 'the plan is empty');
  if (isFinal(last)) return last;
  const failedAlike = history.every(({ error }) => error.code === last.code);
  if (failedAlike && last.code === 'translation_refused') {
    return new GatewayError('translation_refused', listReasons(history, 'detail'), { cause: last });
  }
  if (failedAlike) return last;
  return new GatewayError('no_backend_available', listReasons(history, 'message'), { cause: last });
};

const listReasons = (history: readonly FailedAttempt[], said: 'detail' | 'message'): string =>
  history.map(({ target, error }) => `${targetName(target)}: ${error[said]}`).join('; ');
