import type { CallSignal } from './call-signal.js';

/** Bytes as they arrive, pulled with backpressure. One reader, one pending `next()` at a time. */
export interface ByteSource {
  next(): Promise<IteratorResult<Uint8Array, undefined>>;
  /** The reader does not want the rest: destroys what feeds it, also before the first `next()`. Idempotent. */
  cancel(): void;
  /**
   * The reader has seen the last byte that matters: what still comes is thrown away, so that the connection can be used
   * again; should the end not come soon, the connection is destroyed. Idempotent.
   */
  finish(): void;
}

/** One HTTP request to a backend. */
export interface TransportRequest {
  /** The backend's name, for errors. */
  readonly backend: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Aborting it destroys the socket, at any point of the exchange. Its reason becomes the error. */
  readonly signal: CallSignal;
  /** Most milliseconds to wait for a connection. */
  readonly connectTimeoutMs: number;
}

/** The answer as soon as its headers are in. */
export interface TransportResponse {
  readonly status: number;
  /** Lower-case names; values of a repeated header are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, decompressed. */
  readonly body: ByteSource;
}

/**
 * Sends requests. Rejects with an UpstreamError (`upstream_unreachable`, `upstream_broken`, `upstream_timeout`,
 * `target_busy`) or with the signal's reason. Never retries, never looks into a body.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
}
