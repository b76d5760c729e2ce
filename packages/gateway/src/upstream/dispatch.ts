import type { Exchange, TransportResponse } from '@claudette/core';
import { GatewayError, openReply, UpstreamError } from '@claudette/core';
import { codecs, createFramer } from '@claudette/protocol';
import { requestUrl } from '@claudette/providers';
import type { KeyRing } from '@claudette/resilience';

import type { Backend } from '../backend.js';
import { formatLosses } from '../format-losses.js';
import type { Redact } from '../redact-bytes.js';
import { redactBytes } from '../redact-bytes.js';
import { encodeFor } from './encode-for.js';
import { createFrameSource } from './frame-source.js';
import { passHeaders } from './pass-headers.js';
import type { CallerOptions } from './request-headers.js';
import { requestHeaders } from './request-headers.js';
import { createWholeBodySource, readWhole } from './whole-body.js';
import { findWire } from './wires.js';

/** More than any model writes in one answer; a provider that sends more is broken. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 1024 * 1024;

export interface DispatchOptions extends CallerOptions {
  readonly backends: ReadonlyMap<string, Backend>;
  readonly keyRing: KeyRing;
  /** Takes secrets out of the faults that a provider reports. */
  readonly redact: Redact;
}

/** Rests a key that the backend limits or does not know. Whose fault an error is, is known where it was read. */
const noteKeyFault = (keyRing: KeyRing, backend: string, key: string | undefined, error: GatewayError): void => {
  if (key === undefined || !(error instanceof UpstreamError)) return;
  if (error.code === 'upstream_rate_limited' || error.code === 'upstream_unauthorized') {
    keyRing.cool(backend, key, error.fault);
  }
};

const framingOf = (response: TransportResponse, stream: boolean): 'json' | 'sse' => {
  const type = response.headers['content-type'] ?? '';
  if (type.includes('event-stream')) return 'sse';
  return stream && !type.includes('json') ? 'sse' : 'json';
};

/** Faults found by scanners and sources do not know whose they are; errors shown to people should. */
const named = (thrown: unknown, backend: string): unknown =>
  thrown instanceof GatewayError && !(thrown instanceof UpstreamError) && thrown.domain === 'provider'
    ? new UpstreamError(thrown.code, `${backend}: ${thrown.detail}`, { backend }, { cause: thrown })
    : thrown;

/**
 * The end of the path: sends one attempt to the call's target and resolves when its first content is in hand.
 * @throws UpstreamError what the backend did wrong
 * @throws GatewayError `credential_missing`, `translation_refused`, or the signal's reason
 */
export const createDispatch =
  (options: DispatchOptions): Exchange =>
  async (call) => {
    const target = call.target;
    const backend = target && options.backends.get(target.backend);
    if (target === undefined || backend === undefined) {
      throw new GatewayError('internal', 'a call was dispatched without a configured target');
    }
    const { context, operation, request } = call;
    const wire = findWire(target.dialect, operation);
    if (wire === undefined) {
      throw new GatewayError('translation_refused', `${target.dialect} has no way to ${operation}`);
    }
    const key = backend.keys.length === 0 ? undefined : options.keyRing.take(backend.name, backend.keys);
    const { body, losses } = encodeFor(call, wire, target, backend);
    if (context.strict && losses.length > 0) throw new GatewayError('translation_refused', formatLosses(losses));
    const response = await backend.transport.send({
      backend: backend.name,
      method: 'POST',
      url: requestUrl(backend.provider, backend.baseUrl, wire.requestPath(target.model, request.stream)),
      headers: await requestHeaders(call, target.dialect, backend, key, options),
      body,
      signal: context.signal,
      connectTimeoutMs: backend.config.timeouts.connectMs,
    });
    try {
      if (response.status >= 400) {
        // Vendors repeat the key that they refuse.
        const error = redactBytes(await readWhole(response.body, MAX_ERROR_BYTES), options.redact);
        const fault = codecs[target.dialect].decodeError(response.status, response.headers, error, backend.name);
        noteKeyFault(options.keyRing, backend.name, key, fault);
        throw fault;
      }
      if (key !== undefined) options.keyRing.succeeded(backend.name, key);
      const framing = operation === 'generate' ? framingOf(response, request.stream) : 'json';
      return await openReply({
        target,
        dialect: target.dialect,
        framing,
        status: response.status,
        headers: passHeaders(response.headers),
        frames:
          framing === 'sse'
            ? createFrameSource(response.body, createFramer())
            : createWholeBodySource(response.body, MAX_REPLY_BYTES),
        scanner: wire.createScanner(framing),
        signal: context.signal,
        losses,
        redact: (frames) => redactBytes(frames, options.redact),
      });
    } catch (thrown) {
      throw named(thrown, backend.name);
    }
  };
