import { UpstreamError } from '@claudette/core';

/**
 * The refusal of a backend's limit. Nothing was sent.
 *
 * @param waitMs how long until there is room again; undefined when waiting does not help
 */
export const limitReached = (backend: string, reason: string, waitMs?: number): UpstreamError =>
  new UpstreamError('backend_limit_reached', `${backend}: ${reason}`, {
    backend,
    unsent: true,
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  });
