import type { GatewayErrorCode } from '@claudette/core';

/**
 * What kind of failure an error is, as far as recovery is concerned. `local`: the gateway itself said no, so the error
 * says nothing about the target; `cancelled`: nobody waits for the answer any more.
 */
export type FailureClass =
  'timeout' | 'connection' | 'rate-limit' | 'server' | 'stream-broken' | 'caller' | 'cancelled' | 'local';

const classes: Readonly<Record<GatewayErrorCode, FailureClass>> = {
  invalid_request: 'caller',
  unauthenticated: 'caller',
  too_many_failures: 'caller',
  forbidden: 'caller',
  model_not_allowed: 'caller',
  model_not_found: 'caller',
  route_not_found: 'caller',
  body_too_large: 'caller',
  translation_refused: 'caller',
  cache_only_miss: 'caller',
  upstream_rejected: 'caller',
  cost_limit_exceeded: 'caller',
  client_aborted: 'cancelled',
  superseded: 'cancelled',
  no_backend_available: 'local',
  circuit_open: 'local',
  target_busy: 'local',
  backend_limit_reached: 'local',
  overloaded: 'local',
  draining: 'local',
  deadline_exceeded: 'local',
  credential_missing: 'local',
  configuration_invalid: 'local',
  // The gateway's own key is at fault; another key may work a moment later.
  upstream_unauthorized: 'local',
  internal: 'local',
  upstream_unreachable: 'connection',
  upstream_broken: 'connection',
  upstream_timeout: 'timeout',
  upstream_rate_limited: 'rate-limit',
  upstream_overloaded: 'server',
  upstream_failed: 'server',
  upstream_invalid_reply: 'server',
  stream_broken: 'stream-broken',
};

const countingClasses: ReadonlySet<FailureClass> = new Set(['timeout', 'connection', 'server', 'stream-broken']);

/** The class of an error code. Every code has one. */
export const failureClassOf = (code: GatewayErrorCode): FailureClass => classes[code];

/**
 * True when an error is the target's fault and so counts against its circuit. The caller's faults, the gateway's own
 * limits, clients that left and rate limits (which cool a key, not a target) do not.
 */
export const countsAgainstTarget = (code: GatewayErrorCode): boolean => countingClasses.has(classes[code]);
