import type { Observation } from '@claudette/core';
import { isUpstreamCall } from '@claudette/routing';

/** A breaker, a limit or a missing credential may refuse an attempt before anything is sent. */
export const reachedBackend = ({ errorCode }: Extract<Observation, { kind: 'attempt-end' }>): boolean =>
  errorCode === undefined || isUpstreamCall({ code: errorCode });
