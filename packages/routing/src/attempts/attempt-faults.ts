import { isRefusal, UpstreamError } from '@claudette/core';
import type { GatewayError, GatewayErrorCode } from '@claudette/core';

/** The backend did not take the request, or said that it would not work on it now. */
const repeatable: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  'upstream_unreachable',
  'upstream_rate_limited',
  'upstream_overloaded',
]);

/** The backend took the request and would not work on it at all, or was never sent it. */
const unworked: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  'upstream_rejected',
  'upstream_unauthorized',
  'draining',
  'overloaded',
]);

/** A proxy between us and the backend gave up waiting: the backend may still work on it. */
const GAVE_UP_WAITING: ReadonlySet<number> = new Set([502, 504]);

/** Whether an attempt with this error reached out to its backend; what did not is no upstream call. */
export const isUpstreamCall = ({ code }: Pick<GatewayError, 'code'>): boolean => !isRefusal(code);

/** What one target cannot be sent another one may understand; every other error that is not retryable ends the matter. */
export const isFinal = ({ code, retryable }: GatewayError): boolean => !retryable && code !== 'translation_refused';

/** Whether the same target may be sent the same request again without the risk of its being executed, and paid, twice. */
export const mayRepeat = (error: GatewayError): boolean => {
  // A limit ends by itself: whether that is soon enough, whoever knows the limit says.
  if (error.code === 'backend_limit_reached') return true;
  if (!isUpstreamCall(error)) return false;
  if (repeatable.has(error.code)) return true;
  if (!(error instanceof UpstreamError)) return false;
  const { status = 0, unsent = false } = error.fault;
  return unsent || (error.code === 'upstream_failed' && status >= 500);
};

/**
 * Whether the provider may have worked on a request that ended with this error, and may bill it. False only where the
 * error shows that it did not: it was never reached, or it answered with an error of its own.
 */
export const mayHaveRun = (error: GatewayError): boolean => {
  const { code } = error;
  if (isRefusal(code) || repeatable.has(code) || unworked.has(code)) return false;
  if (!(error instanceof UpstreamError)) return true;
  const { status, unsent = false } = error.fault;
  // What breaks off after a 200 was worked on.
  return !unsent && (status === undefined || status < 400 || GAVE_UP_WAITING.has(status));
};
