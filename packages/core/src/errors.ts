import type { DialectId } from './dialect.js';

/** Whose fault an error is: it decides who is told, what counts against a backend and what is tried next. */
export type FaultDomain = 'caller' | 'policy' | 'provider' | 'gateway';

interface ErrorRow {
  /** HTTP status for the client. */
  readonly status: number;
  /** Another attempt may succeed. Whether one is made is the attempt controller's business. */
  readonly retryable: boolean;
  readonly domain: FaultDomain;
  /** `%s` is replaced by the detail. */
  readonly message: string;
}

/** Every error the gateway can give. docs/errors.md shows the same rows; a test compares the two. */
export const errorCatalog = {
  invalid_request: { status: 400, retryable: false, domain: 'caller', message: 'The request is not valid: %s' },
  unauthenticated: { status: 401, retryable: false, domain: 'caller', message: 'Authentication failed: %s' },
  too_many_failures: {
    status: 429,
    retryable: false,
    domain: 'caller',
    message: 'Too many failed authentications: %s',
  },
  forbidden: { status: 403, retryable: false, domain: 'caller', message: 'This is not allowed: %s' },
  model_not_allowed: {
    status: 403,
    retryable: false,
    domain: 'caller',
    message: 'The gateway key may not use the model %s',
  },
  model_not_found: { status: 404, retryable: false, domain: 'caller', message: 'No backend serves the model %s' },
  route_not_found: { status: 404, retryable: false, domain: 'caller', message: 'There is no route %s' },
  body_too_large: { status: 413, retryable: false, domain: 'caller', message: 'The request body is larger than %s' },
  translation_refused: {
    status: 400,
    retryable: false,
    domain: 'caller',
    message: 'The request cannot be carried to the backend as it is: %s',
  },
  client_aborted: { status: 499, retryable: false, domain: 'caller', message: 'The client left: %s' },
  cache_only_miss: {
    status: 504,
    retryable: false,
    domain: 'caller',
    message: 'The request asked for a cached answer only, and there is none: %s',
  },
  no_backend_available: {
    status: 503,
    retryable: true,
    domain: 'policy',
    message: 'No backend can serve the request now: %s',
  },
  circuit_open: { status: 503, retryable: true, domain: 'policy', message: 'The circuit of %s is open' },
  target_busy: { status: 503, retryable: true, domain: 'policy', message: 'The concurrency limit of %s is reached' },
  backend_limit_reached: {
    status: 429,
    retryable: true,
    domain: 'policy',
    message: 'The limit of the backend is reached: %s',
  },
  cost_limit_exceeded: {
    status: 402,
    retryable: false,
    domain: 'policy',
    message: 'The request is likely to cost more than its limit: %s',
  },
  superseded: {
    status: 499,
    retryable: false,
    domain: 'policy',
    message: 'Another attempt answered first: %s',
  },
  overloaded: { status: 503, retryable: true, domain: 'gateway', message: 'The gateway has too much to hold: %s' },
  draining: { status: 503, retryable: true, domain: 'gateway', message: 'The gateway is shutting down: %s' },
  deadline_exceeded: { status: 504, retryable: false, domain: 'gateway', message: 'No answer within %s' },
  credential_missing: { status: 503, retryable: true, domain: 'gateway', message: 'A credential is missing: %s' },
  configuration_invalid: {
    status: 500,
    retryable: false,
    domain: 'gateway',
    message: 'The configuration is not valid: %s',
  },
  upstream_unreachable: {
    status: 502,
    retryable: true,
    domain: 'provider',
    message: 'The backend cannot be reached: %s',
  },
  upstream_broken: {
    status: 502,
    retryable: true,
    domain: 'provider',
    message: 'The connection to the backend broke: %s',
  },
  upstream_timeout: { status: 504, retryable: true, domain: 'provider', message: 'The backend was too slow: %s' },
  upstream_rate_limited: {
    status: 429,
    retryable: true,
    domain: 'provider',
    message: 'The backend limits the request rate: %s',
  },
  upstream_overloaded: { status: 503, retryable: true, domain: 'provider', message: 'The backend is overloaded: %s' },
  upstream_failed: { status: 502, retryable: true, domain: 'provider', message: 'The backend failed: %s' },
  upstream_unauthorized: {
    status: 502,
    retryable: true,
    domain: 'provider',
    message: "The backend refused the gateway's credential: %s",
  },
  upstream_rejected: {
    status: 400,
    retryable: false,
    domain: 'caller',
    message: 'The backend refused the request: %s',
  },
  upstream_invalid_reply: {
    status: 502,
    retryable: true,
    domain: 'provider',
    message: "The backend's answer is not valid: %s",
  },
  stream_broken: {
    status: 502,
    retryable: true,
    domain: 'provider',
    message: 'The answer ended before the provider finished it: %s',
  },
  internal: { status: 500, retryable: false, domain: 'gateway', message: 'Internal error: %s' },
} as const satisfies Record<string, ErrorRow>;

/** The closed set of error codes. Match on these. */
export type GatewayErrorCode = keyof typeof errorCatalog;

const refusals: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  'circuit_open',
  'target_busy',
  'backend_limit_reached',
  'credential_missing',
  'translation_refused',
]);

/** Whether it was we who turned an attempt away: nothing was sent to the backend. */
export const isRefusal = (code: GatewayErrorCode): boolean => refusals.has(code);

/** An error of the gateway. Match on `code`, never on the message or the class. */
export class GatewayError extends Error {
  readonly code: GatewayErrorCode;
  /** What the catalogue's message was filled with. */
  readonly detail: string;

  constructor(code: GatewayErrorCode, detail: string, options?: ErrorOptions) {
    super(
      errorCatalog[code].message.replace('%s', () => detail),
      options,
    );
    this.name = 'GatewayError';
    this.code = code;
    this.detail = detail;
  }

  /** HTTP status for the client. */
  get status(): number {
    return errorCatalog[this.code].status;
  }

  get retryable(): boolean {
    return errorCatalog[this.code].retryable;
  }

  get domain(): FaultDomain {
    return errorCatalog[this.code].domain;
  }
}

/** What is known about a fault of a backend. */
export interface UpstreamFault {
  /** The backend's name in the configuration. */
  readonly backend: string;
  /** HTTP status of the backend's answer; absent when there was none. */
  readonly status?: number;
  /** How long the backend asked to wait. */
  readonly retryAfterMs?: number;
  /** The backend's own error body and its dialect, to be returned as it came to a client that speaks it. */
  readonly body?: Uint8Array;
  readonly contentType?: string;
  readonly dialect?: DialectId;
  /** No byte of the request had been written: sending it again cannot execute it twice. */
  readonly unsent?: boolean;
}

/** An error that a backend caused. */
export class UpstreamError extends GatewayError {
  readonly fault: UpstreamFault;

  constructor(code: GatewayErrorCode, detail: string, fault: UpstreamFault, options?: ErrorOptions) {
    super(code, detail, options);
    this.name = 'UpstreamError';
    this.fault = fault;
  }

  /** A caller's fault keeps the status the backend gave it. */
  override get status(): number {
    return this.code === 'upstream_rejected' ? (this.fault.status ?? super.status) : super.status;
  }
}

/** Any thrown value as a GatewayError; what is not one already becomes `internal`, with the original as its cause. */
export const toGatewayError = (thrown: unknown): GatewayError =>
  thrown instanceof GatewayError
    ? thrown
    : new GatewayError('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
