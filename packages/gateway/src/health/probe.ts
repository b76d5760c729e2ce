import type { CallSignal, Clock, DialectId } from '@claudette/core';
import { GatewayError, linkAbort, toGatewayError } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { requestUrl } from '@claudette/providers';

import type { Backend } from '../backend.js';
import type { CallerOptions } from '../upstream/request-headers.js';
import { addBackendHeaders } from '../upstream/request-headers.js';
import { readWhole } from '../upstream/whole-body.js';
import type { Finding } from './health-board.js';

export interface ProbeOptions extends CallerOptions {
  readonly clock: Clock;
  /** Ends a probe that is under way. */
  readonly signal: CallSignal;
}

/** Servers that were idle take three seconds to answer. */
const TIMEOUT_MS = 5_000;
const MAX_ERROR_BYTES = 65_536;

const accepted: Finding = Object.freeze({ kind: 'accepted' });
const answered: Finding = Object.freeze({ kind: 'answered' });
const nothing = new Uint8Array();

const dialectOf = ({ targets, provider }: Backend): DialectId => targets[0]?.dialect ?? provider.dialect;

const urlOf = (backend: Backend): string => {
  const { provider, baseUrl } = backend;
  return provider.discovery === undefined
    ? requestUrl(provider, baseUrl, codecs[dialectOf(backend)].modelsPath)
    : `${baseUrl}${provider.discovery.path}`;
};

const headersFor = (
  backend: Backend,
  key: string | undefined,
  options: CallerOptions,
): Promise<Record<string, string>> => {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': options.userAgent };
  Object.assign(headers, codecs[dialectOf(backend)].requestHeaders, backend.provider.headers);
  return addBackendHeaders(headers, backend, key, options.credentials);
};

/** What a failure says; undefined where it says nothing about the backend. */
const readFailure = (thrown: unknown): Finding | undefined => {
  const { code, domain, detail } = toGatewayError(thrown);
  if (code === 'credential_missing') return { kind: 'refused', reason: detail };
  if (code === 'upstream_invalid_reply') return answered;
  return domain === 'provider' ? { kind: 'unreachable', reason: detail } : undefined;
};

/** Asks with one of the backend's keys. */
async function ask(
  backend: Backend,
  key: string | undefined,
  signal: CallSignal,
  options: CallerOptions,
): Promise<Finding | undefined> {
  try {
    const { status, headers, body } = await backend.transport.send({
      backend: backend.name,
      method: 'GET',
      url: urlOf(backend),
      headers: await headersFor(backend, key, options),
      signal,
      connectTimeoutMs: backend.config.timeouts.connectMs,
    });
    if (status < 300) {
      body.finish();
      return accepted;
    }
    const said = await readWhole(body, MAX_ERROR_BYTES).catch(() => nothing);
    const { code } = codecs[dialectOf(backend)].decodeError(status, headers, said, backend.name);
    if (code !== 'upstream_unauthorized') return answered;
    // The provider's own words may quote the key, and whoever may ask for readiness would read them.
    return { kind: status === 403 ? 'forbidden' : 'refused', reason: `its credential is refused (status ${status})` };
  } catch (thrown) {
    return readFailure(thrown);
  }
}

const isRefusal = (finding: Finding | undefined): boolean =>
  finding?.kind === 'refused' || finding?.kind === 'forbidden';

/**
 * Looks whether a backend answers, with its credential, within five seconds. Asks for its list of models, which is free;
 * never for a model's work. Of several keys one that is good will do. Never rejects; undefined says nothing about the
 * backend: the gateway is closing or has no connection to spare.
 */
export async function probeBackend(backend: Backend, options: ProbeOptions): Promise<Finding | undefined> {
  const { clock, signal } = options;
  const attempt = linkAbort(signal);
  const tooSlow = new GatewayError('upstream_timeout', `no answer within ${TIMEOUT_MS} ms`);
  const stop = clock.after(TIMEOUT_MS, () => attempt.abort(tooSlow));
  const [first, ...others] = backend.keys;
  try {
    let finding = await ask(backend, first, attempt.signal, options);
    for (const key of others) {
      if (!isRefusal(finding)) break;
      finding = await ask(backend, key, attempt.signal, options);
    }
    return finding;
  } finally {
    stop();
    attempt.release();
  }
}
