import type { GatewayErrorCode } from '@claudette/core';
import { toGatewayError } from '@claudette/core';

/** What scripts learn from how the command ended. */
export const exitCodes = {
  answered: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  authentication: 4,
  noBackend: 5,
  limit: 6,
  timeout: 124,
  interrupted: 130,
} as const;

const byCode: Partial<Record<GatewayErrorCode, number>> = {
  invalid_request: exitCodes.usage,
  configuration_invalid: exitCodes.configuration,
  unauthenticated: exitCodes.authentication,
  forbidden: exitCodes.authentication,
  model_not_allowed: exitCodes.authentication,
  too_many_failures: exitCodes.limit,
  upstream_unauthorized: exitCodes.authentication,
  credential_missing: exitCodes.authentication,
  model_not_found: exitCodes.noBackend,
  no_backend_available: exitCodes.noBackend,
  circuit_open: exitCodes.noBackend,
  upstream_unreachable: exitCodes.noBackend,
  upstream_rate_limited: exitCodes.limit,
  overloaded: exitCodes.limit,
  target_busy: exitCodes.limit,
  backend_limit_reached: exitCodes.limit,
  cost_limit_exceeded: exitCodes.limit,
  deadline_exceeded: exitCodes.timeout,
  upstream_timeout: exitCodes.timeout,
  client_aborted: exitCodes.interrupted,
};

/** The exit code for whatever was thrown. */
export const exitCodeOf = (thrown: unknown): number => byCode[toGatewayError(thrown).code] ?? exitCodes.failed;
