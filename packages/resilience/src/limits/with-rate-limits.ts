import { GatewayError, isRefusal, totalInputTokens, totalOutputTokens, UpstreamError } from '@claudette/core';
import type { Call, Clock, Exchange, Interceptor, Outcome, Reply, Target } from '@claudette/core';

import { available, formatWait } from './availability.js';
import type { Availability } from './availability.js';
import { limitReached } from './limit-reached.js';
import { createMinuteWindow } from './minute-window.js';
import type { CountedSecond, MinuteWindow } from './minute-window.js';

/** What a backend may be sent in any 60 seconds; null is no limit. */
export interface MinuteLimits {
  readonly requestsPerMinute: number | null;
  /** Tokens of prompts and answers together. */
  readonly tokensPerMinute: number | null;
}

export interface RateLimitOptions {
  /** The limits of the target's backend, which all its targets share. Asked anew for each call. */
  readonly limitsFor: (target: Target) => MinuteLimits;
  /** How many tokens a call is likely to use; asked only where tokens are limited. */
  readonly tokensFor: (call: Call) => number;
  readonly clock: Clock;
}

/** What a backend was sent in the last minute. */
export interface BackendUsage {
  readonly backend: string;
  /** Counted only while the backend has a limit of either kind. */
  readonly requests: number;
  /** Measured where the answer is known, reserved where it is not. Counted only while the backend's tokens are limited. */
  readonly tokens: number;
}

/** The use of all backends. It outlives a change of configuration: keep one set per process. */
export interface RateLimits {
  /** Refuses calls over their backend's limits, with `backend_limit_reached`. Calls without a target pass through. */
  readonly withRateLimits: Interceptor;
  /** Whether a call of so many tokens would be let through now. Reserves nothing. */
  hasRoom(target: Target, tokens: number): Availability;
  /** One row for each backend that had a limit so far. */
  usage(): readonly BackendUsage[];
}

interface Use {
  readonly requests: MinuteWindow;
  readonly tokens: MinuteWindow;
}

interface Shortage {
  readonly reason: string;
  /** Absent: it does not end by itself. */
  readonly waitMs?: number;
}

/** The request did not reach the backend, or was turned away before any work was done on it. */
const wasExecuted = (thrown: unknown): boolean => {
  if (!(thrown instanceof GatewayError)) return true;
  const { code } = thrown;
  if (isRefusal(code) || code === 'upstream_unreachable' || code === 'upstream_rate_limited') return false;
  return !(thrown instanceof UpstreamError && thrown.fault.unsent === true);
};

/**
 * Keeps each backend within its requests and tokens per minute, counted over any 60 seconds. A call over a limit is
 * refused at once, never queued: another backend may have room. Tokens are reserved before a call and settled by what the
 * provider measured: what was reserved too much is free again, what was used beyond it counts from the moment it is known.
 * An attempt that was not executed gives everything back.
 */
export function createRateLimits({ limitsFor, tokensFor, clock }: RateLimitOptions): RateLimits {
  const uses = new Map<string, Use>();

  const useOf = (backend: string): Use => {
    let use = uses.get(backend);
    if (use === undefined) {
      use = { requests: createMinuteWindow(), tokens: createMinuteWindow() };
      uses.set(backend, use);
    }
    return use;
  };

  /** Why there is no room, and for how long; undefined when there is. */
  const findShortage = (use: Use, limits: MinuteLimits, tokens: number, nowMs: number): Shortage | undefined => {
    const { requestsPerMinute, tokensPerMinute } = limits;
    if (requestsPerMinute !== null && use.requests.total(nowMs) + 1 > requestsPerMinute) {
      const waitMs = use.requests.msUntil(nowMs, requestsPerMinute - 1);
      return { waitMs, reason: `its ${requestsPerMinute} requests a minute are used up; ${formatWait(waitMs)}` };
    }
    if (tokensPerMinute === null) return undefined;
    if (tokens > tokensPerMinute) {
      return { reason: `about ${tokens} tokens are more than the ${tokensPerMinute} it may use a minute` };
    }
    if (use.tokens.total(nowMs) + tokens <= tokensPerMinute) return undefined;
    const waitMs = use.tokens.msUntil(nowMs, tokensPerMinute - tokens);
    const reason = `${tokensPerMinute} tokens a minute have no room for about ${tokens} more; ${formatWait(waitMs)}`;
    return { waitMs, reason };
  };

  const settle = (use: Use, reserved: CountedSecond, tokens: number, { kind, usage }: Outcome): void => {
    if (usage === undefined) return;
    const measured = totalInputTokens(usage) + totalOutputTokens(usage);
    // What is known of an answer that broke off is what came so far; the provider may have gone on.
    const used = kind === 'complete' ? measured : Math.max(measured, tokens);
    if (used < tokens) use.tokens.takeBack(reserved, tokens - used);
    else use.tokens.count(clock.now(), used - tokens);
  };

  const attempt = async (next: Exchange, call: Call, backend: string, limits: MinuteLimits): Promise<Reply> => {
    const use = useOf(backend);
    const tokens = limits.tokensPerMinute === null ? 0 : Math.ceil(tokensFor(call));
    const nowMs = clock.now();
    const shortage = findShortage(use, limits, tokens, nowMs);
    if (shortage !== undefined) throw limitReached(backend, shortage.reason, shortage.waitMs);
    const request = use.requests.count(nowMs, 1);
    const reserved = use.tokens.count(nowMs, tokens);
    try {
      const reply = await next(call);
      if (limits.tokensPerMinute !== null) {
        void reply.outcome.then((outcome) => settle(use, reserved, tokens, outcome));
      }
      return reply;
    } catch (thrown) {
      if (!wasExecuted(thrown)) {
        use.requests.takeBack(request, 1);
        use.tokens.takeBack(reserved, tokens);
      }
      throw thrown;
    }
  };

  return {
    withRateLimits: (next) => (call) => {
      if (call.target === undefined) return next(call);
      const limits = limitsFor(call.target);
      return hasLimit(limits) ? attempt(next, call, call.target.backend, limits) : next(call);
    },
    hasRoom(target, tokens) {
      const limits = limitsFor(target);
      if (!hasLimit(limits)) return available;
      const shortage = findShortage(useOf(target.backend), limits, Math.ceil(tokens), clock.now());
      return shortage === undefined ? available : { available: false, reason: shortage.reason };
    },
    usage() {
      const nowMs = clock.now();
      return [...uses].map(([backend, { requests, tokens }]) => ({
        backend,
        requests: requests.total(nowMs),
        tokens: tokens.total(nowMs),
      }));
    },
  };
}

const hasLimit = ({ requestsPerMinute, tokensPerMinute }: MinuteLimits): boolean =>
  requestsPerMinute !== null || tokensPerMinute !== null;
