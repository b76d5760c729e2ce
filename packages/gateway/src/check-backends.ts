import type { Clock } from '@claudette/core';
import { toGatewayError } from '@claudette/core';
import type { Credentials } from '@claudette/credentials';

import type { Backend } from './backend.js';

export interface BackendCheck {
  readonly backend: string;
  readonly ok: boolean;
  /** Why not; absent when ok. */
  readonly reason?: string;
}

/** An answer this old still counts; orchestrators ask every few seconds. */
const FRESH_MS = 10_000;
const TIMEOUT_MS = 1_500;

export interface BackendChecks {
  /** How each backend is, asked again when the last answer is older than ten seconds. */
  current(): Promise<readonly BackendCheck[]>;
  close(): void;
}

/**
 * Whether backends can be reached and have their credential: a connection and a free GET, never a model call. Any HTTP
 * answer is a sign of life.
 */
export function createBackendChecks(
  backends: readonly Backend[],
  clock: Clock,
  credentials: Credentials,
): BackendChecks {
  const closing = new AbortController();
  let last: { readonly at: number; readonly checks: Promise<readonly BackendCheck[]> } | undefined;

  const check = async (backend: Backend): Promise<BackendCheck> => {
    const { name, config, transport, baseUrl } = backend;
    const attempt = new AbortController();
    const stop = clock.after(TIMEOUT_MS, () => attempt.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    const abort = (): void => attempt.abort(closing.signal.reason);
    closing.signal.addEventListener('abort', abort, { once: true });
    try {
      if (config.apiKey !== undefined) await credentials.take(config.apiKey);
      const { body } = await transport.send({
        backend: name,
        method: 'GET',
        url: `${baseUrl}/`,
        headers: {},
        signal: attempt.signal,
        connectTimeoutMs: TIMEOUT_MS,
      });
      body.cancel();
      return { backend: name, ok: true };
    } catch (thrown) {
      return { backend: name, ok: false, reason: toGatewayError(thrown).detail };
    } finally {
      stop();
      closing.signal.removeEventListener('abort', abort);
    }
  };

  return {
    current() {
      if (last === undefined || clock.now() - last.at > FRESH_MS) {
        last = { at: clock.now(), checks: Promise.all(backends.map(check)) };
      }
      return last.checks;
    },
    close: () => closing.abort(new Error('the gateway is closing')),
  };
}
