import type { Call, DialectId, Exchange, TransportResponse } from '@claudette/core';
import { GatewayError, openReply, UpstreamError } from '@claudette/core';
import type { Credentials } from '@claudette/credentials';
import { reveal } from '@claudette/credentials';
import { codecs, createFramer } from '@claudette/protocol';
import { requestUrl } from '@claudette/providers';

import type { Backend } from '../backend.js';
import { formatLosses } from '../format-losses.js';
import { encodeFor } from './encode-for.js';
import { createFrameSource } from './frame-source.js';
import { passHeaders } from './pass-headers.js';
import { createWholeBodySource, readWhole } from './whole-body.js';
import { findWire } from './wires.js';

/** More than any model writes in one answer; a provider that sends more is broken. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 1024 * 1024;

export interface DispatchOptions {
  readonly backends: ReadonlyMap<string, Backend>;
  readonly credentials: Credentials;
  readonly userAgent: string;
}

async function headersFor(
  call: Call,
  dialect: DialectId,
  { provider, config }: Backend,
  { credentials, userAgent }: DispatchOptions,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: call.request.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': userAgent,
  };
  Object.assign(headers, codecs[dialect].requestHeaders, provider.headers);
  if (call.original?.dialect === dialect) {
    for (const name of provider.forwardHeaders) {
      const value = call.original.headers[name];
      if (value !== undefined) headers[name] = value;
    }
  }
  if (config.apiKey !== undefined && provider.auth.scheme !== 'none') {
    const key = reveal(await credentials.take(config.apiKey));
    if (provider.auth.scheme === 'bearer') headers['authorization'] = `Bearer ${key}`;
    else headers[provider.auth.header ?? 'x-api-key'] = key;
  }
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value;
  return headers;
}

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
    const { body, losses } = encodeFor(call, wire, target, backend);
    if (context.strict && losses.length > 0) throw new GatewayError('translation_refused', formatLosses(losses));
    const response = await backend.transport.send({
      backend: backend.name,
      method: 'POST',
      url: requestUrl(backend.provider, backend.baseUrl, wire.requestPath(target.model, request.stream)),
      headers: await headersFor(call, target.dialect, backend, options),
      body,
      signal: context.signal,
      connectTimeoutMs: backend.config.timeouts.connectMs,
    });
    try {
      if (response.status >= 400) {
        const error = await readWhole(response.body, MAX_ERROR_BYTES);
        throw codecs[target.dialect].decodeError(response.status, response.headers, error, backend.name);
      }
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
      });
    } catch (thrown) {
      throw named(thrown, backend.name);
    }
  };
