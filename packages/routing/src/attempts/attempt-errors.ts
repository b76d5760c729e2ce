import { GatewayError, targetName, UpstreamError } from '@claudette/core';
import type { Plan } from '@claudette/core';

import { isFinal } from './attempt-faults.js';
import type { FailedAttempt } from './attempt-state.js';

/** What an exchange ends with that no target answered: one error, which tells what each of them said. */
export function toFinalError(failed: readonly FailedAttempt[], plan: Plan): GatewayError {
  const last = failed.at(-1)?.error;
  if (last === undefined) {
    return plan.candidates.length === 0
      ? new GatewayError('no_backend_available', 'the plan is empty')
      : new GatewayError('deadline_exceeded', 'the time allowed, which was over before an attempt could begin');
  }
  const final = failed.find(({ error }) => isFinal(error));
  if (final !== undefined) return final.error;
  // Of one target, the last word is enough.
  if (new Set(failed.map(({ target }) => targetName(target))).size === 1) return last;
  const failedAlike = failed.every(({ error }) => error.code === last.code);
  if (failedAlike) return failAlike(last, failed);
  return new GatewayError('no_backend_available', listReasons(failed, 'message'), { cause: last });
}

/** All failed with the same code, which says more than that nobody was available. */
const failAlike = (last: GatewayError, failed: readonly FailedAttempt[]): GatewayError => {
  const reasons = listReasons(failed, 'detail');
  if (!(last instanceof UpstreamError)) return new GatewayError(last.code, reasons, { cause: last });
  const { backend, status, retryAfterMs } = last.fault;
  const fault = {
    backend,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return new UpstreamError(last.code, reasons, fault, { cause: last });
};

const listReasons = (failed: readonly FailedAttempt[], said: 'detail' | 'message'): string =>
  failed.map(({ target, error }) => `${targetName(target)}: ${error[said]}`).join('; ');
